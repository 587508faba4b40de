using CsvHelper;
using Jobs.Parser.Formats;
using Jobs.Parser.Text;

namespace Jobs.Parser.Extraction;

/// <summary>Tables as text: a row a line, a tab between cells.</summary>
internal sealed class CsvExtractor(PlainTextExtractor plain) : ITextExtractor
{
    private static readonly CsvReaderOptions Options = new()
    {
        HasHeader = false,
        // A quote that is never closed makes one record of the rest of the file.
        MaxRecordSize = 1024 * 1024,
    };

    public IReadOnlyList<DocumentFormat> Formats => [DocumentFormat.Csv, DocumentFormat.Tsv];

    public async Task ExtractAsync(
        SourceFile file,
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
            text.Warn(DocumentWarnings.MalformedTable);
            await ReadLinesAsync(file, text, cancellationToken);
        }
        if (text.IsFull)
        {
            text.Warn(DocumentWarnings.Truncated);
        }
    }

    private async Task ReadLinesAsync(SourceFile file, ExtractedText text, CancellationToken ct)
    {
        try
        {
            await ReadAsync(file, text, Options with { AllowLineBreaksInQuotes = false }, ct);
        }
        catch (CsvFormatException)
        {
            // A row that is longer than any of a table: its text is there all the same.
            text.Clear();
            await plain.ExtractAsync(file, text, ct);
        }
    }

    private static async Task ReadAsync(
        SourceFile file,
        ExtractedText text,
        CsvReaderOptions options,
        CancellationToken ct
    )
    {
        using var source = await TextEncoding.OpenAsync(file, declares: false, ct);
        using var reader = CsvReader.Create(source, options);
        while (!text.IsFull && await reader.ReadAsync(ct))
        {
            text.AddRow(reader.Current.ToArray());
        }
    }
}
