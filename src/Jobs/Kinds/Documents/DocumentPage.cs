namespace Jobs.Kinds.Documents;

/// <summary>Some documents of a list.</summary>
/// <param name="Items">Newest first.</param>
/// <param name="NextCursor">Where the next page starts; null on the last one.</param>
public sealed record DocumentPage(IReadOnlyList<Document> Items, Guid? NextCursor);

/// <summary>An original, to be disposed by whoever opened it.</summary>
public sealed record DocumentContent(Document Document, Stream Bytes);
