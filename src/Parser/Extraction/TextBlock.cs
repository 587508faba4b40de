namespace Jobs.Parser.Extraction;

/// <summary>A paragraph, a heading, or some lines that belong together.</summary>
/// <param name="Text">Clean: see <see cref="Text.CleanText"/>.</param>
/// <param name="Page">From 1; null for formats without pages.</param>
/// <param name="Heading">The level of a heading, from 1; 0 for any other text.</param>
internal readonly record struct TextBlock(string Text, int? Page = null, int Heading = 0);
