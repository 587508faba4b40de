using System.Globalization;

namespace Jobs.Kinds.Documents.Extraction;

/// <summary>PDF, through poppler's programs in processes of their own.</summary>
internal sealed class PdfExtractor(ToolRun tool) : ITextExtractor
{
    // poppler's exit code where the document's owner forbids the extraction of text.
    private const int Forbidden = 3;
    private const int MaxInfo = 64 * 1024;

    public IReadOnlyList<DocumentFormat> Formats => [DocumentFormat.Pdf];

    public async Task ExtractAsync(
        WorkingFile file,
        ExtractedText text,
        CancellationToken cancellationToken
    )
    {
        await ReadInfoAsync(file, text, cancellationToken);
        // -raw: in the order in which the text was written, which keeps columns and boxes apart. What poppler makes
        // of the places on the page mixes the lines of boxes that stand side by side.
        var result = await tool.RunAsync(
            "pdftotext",
            ["-raw", "-enc", "UTF-8", "-eol", "unix", "-q", file.Path, "-"],
            (output, ct) => ReadPagesAsync(output, text, ct),
            cancellationToken
        );
        // A document that is broken half-way still gives what is before; so does one whose rest has no room.
        if (result.ExitCode != 0 && text.Blocks.Count == 0)
        {
            throw Refusal(result);
        }
        if (result.ExitCode != 0 && !text.IsFull)
        {
            text.Warn("damaged");
        }
    }

    // A form feed ends a page.
    private static Task ReadPagesAsync(
        StreamReader output,
        ExtractedText text,
        CancellationToken ct
    )
    {
        var page = 1;
        return PieceReader.ReadAsync(
            output,
            text,
            piece =>
            {
                var first = true;
                foreach (var part in piece.Split('\f'))
                {
                    page += first ? 0 : 1;
                    first = false;
                    text.AddParagraphs(piece[part], page);
                }
            },
            ct
        );
    }

    private async Task ReadInfoAsync(WorkingFile file, ExtractedText text, CancellationToken ct)
    {
        var lines = new List<string>();
        var result = await tool.RunAsync(
            "pdfinfo",
            ["-enc", "UTF-8", file.Path],
            async (output, token) =>
            {
                var length = 0;
                while (length < MaxInfo && await output.ReadLineAsync(token) is { } line)
                {
                    length += line.Length;
                    lines.Add(line);
                }
            },
            ct
        );
        if (result.ExitCode != 0)
        {
            throw Refusal(result);
        }
        text.Title = Value(
            lines.FirstOrDefault(l => l.StartsWith("Title:", StringComparison.Ordinal))
        );
        text.Author = Value(
            lines.FirstOrDefault(l => l.StartsWith("Author:", StringComparison.Ordinal))
        );
        // The last one is poppler's; one before it may be a line of a title.
        var pages = Value(
            lines.LastOrDefault(l => l.StartsWith("Pages:", StringComparison.Ordinal))
        );
        text.Pages = int.TryParse(
            pages,
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var count
        )
            ? count
            : null;
    }

    private static string? Value(string? line) =>
        line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();

    private static ItemException Refusal(ToolResult result) =>
        result.ExitCode == Forbidden
        || result.Errors.Contains("password", StringComparison.OrdinalIgnoreCase)
            ? DocumentErrors.Exception(
                DocumentErrors.Encrypted,
                "The PDF is encrypted. Send a copy that opens without a password and allows its text to be copied."
            )
        // Killed by a limit, or out of the memory that it was given.
        : result.ExitCode > 128
        || result.Errors.Contains("memory", StringComparison.OrdinalIgnoreCase)
            ? DocumentErrors.Exception(
                DocumentErrors.TooComplex,
                "The PDF needs more time or memory than a document is given."
            )
        : DocumentErrors.Exception(
            DocumentErrors.Unreadable,
            "The PDF is broken and cannot be opened."
        );
}
