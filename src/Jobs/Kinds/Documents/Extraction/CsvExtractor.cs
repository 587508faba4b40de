using CsvHelper;

namespace Jobs.Kinds.Documents.Extraction;

/// <summary>Tables as text: a row a line, a tab between cells.</summary>
internal sealed class CsvExtractor : ITextExtractor
{
    /// <summary>A quote was never closed; line ends were taken for ends of rows.</summary>
    public const string Malformed = "malformed_table";

    private static readonly CsvReaderOptions Options = new()
    {
        HasHeader = false,
        // A quote that is never closed makes one record of the rest of the file.
        MaxRecordSize = 1024 * 1024,
    };

    public IReadOnlyList<DocumentFormat> Formats => [DocumentFormat.Csv, DocumentFormat.Tsv];

    public async Task ExtractAsync(
        WorkingFile file,
        ExtractedText text,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await ReadAsync(file, text, Options, cancellationToken);
        }
        catch (CsvFormatException)
        {
            text.Clear();
            text.Warn(Malformed);
            await ReadLinesAsync(file, text, cancellationToken);
        }
        if (text.IsFull)
        {
            text.Warn(ExtractedText.Truncated);
        }
    }

    private static async Task ReadLinesAsync(
        WorkingFile file,
        ExtractedText text,
        CancellationToken ct
    )
    {
        try
        {
            await ReadAsync(file, text, Options with { AllowLineBreaksInQuotes = false }, ct);
        }
        catch (CsvFormatException e)
        {
            throw DocumentErrors.Exception(
                DocumentErrors.Unreadable,
                "A row of the table is longer than 1 MB. Is it a table?",
                e
            );
        }
    }

    private static async Task ReadAsync(
        WorkingFile file,
        ExtractedText text,
        CsvReaderOptions options,
        CancellationToken ct
    )
    {
        using var source = await TextEncoding.OpenAsync(file, isHtml: false, ct);
        using var reader = CsvReader.Create(source, options);
        while (!text.IsFull && await reader.ReadAsync(ct))
        {
            text.AddLine(string.Join('\t', reader.Current.ToArray()));
        }
    }
}
