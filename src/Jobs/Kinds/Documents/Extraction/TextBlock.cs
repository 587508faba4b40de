namespace Jobs.Kinds.Documents.Extraction;

/// <summary>A paragraph, a heading, or some lines that belong together.</summary>
/// <param name="Text">Clean: see <see cref="CleanText"/>.</param>
/// <param name="Page">From 1; null for formats without pages.</param>
/// <param name="IsHeading">Whether a new section starts with it.</param>
internal readonly record struct TextBlock(string Text, int? Page, bool IsHeading);
