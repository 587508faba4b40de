namespace Jobs.Kinds.Documents.Extraction;

/// <summary>Reads the text of documents of some formats. Thread-safe.</summary>
internal interface ITextExtractor
{
    IReadOnlyList<DocumentFormat> Formats { get; }

    /// <summary>Reads a document into <paramref name="text"/>, and stops where that is full.</summary>
    /// <exception cref="ItemException">The document is broken, encrypted, or needs a program that is missing.</exception>
    Task ExtractAsync(WorkingFile file, ExtractedText text, CancellationToken cancellationToken);
}
