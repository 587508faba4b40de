namespace Jobs.Kinds.Documents.Passages;

/// <summary>What search finds: some sentences of a document that belong together.</summary>
/// <param name="Body">The text.</param>
/// <param name="Page">Where it starts; null for formats without pages.</param>
/// <param name="Section">The headings above its start, outermost first; null where there are none.</param>
internal readonly record struct Passage(string Body, int? Page, string? Section = null);
