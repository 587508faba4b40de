using Jobs.Parser.Formats;

namespace Jobs.Parser.Extraction;

/// <summary>Reads the text of documents of some formats. Thread-safe.</summary>
internal interface ITextExtractor
{
    IReadOnlyList<DocumentFormat> Formats { get; }

    /// <summary>Reads a document into <paramref name="text"/>, and stops where that is full.</summary>
    /// <exception cref="ParseException">The document is broken, encrypted, hostile, or needs a program that is missing.</exception>
    Task ExtractAsync(SourceFile file, ExtractedText text, CancellationToken cancellationToken);
}
