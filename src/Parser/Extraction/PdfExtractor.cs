using System.Globalization;
using Jobs.Parser.Extraction.Archives;
using Jobs.Parser.Extraction.Office;
using Jobs.Parser.Formats;
using Jobs.Parser.Tools;

namespace Jobs.Parser.Extraction;

/// <summary>PDF, through poppler's programs, with its attachments; pages that are pictures only through tesseract.</summary>
internal sealed class PdfExtractor(TimeProvider time, PartReader parts) : ITextExtractor
{
    private const int MaxInfo = 64 * 1024;
    private const int OcrResolution = 200;
    private readonly PdfAttachments attachments = new(parts);

    // A page number and a stamp.
    private const int FewLetters = 40;

    public IReadOnlyList<DocumentFormat> Formats => [DocumentFormat.Pdf];

    public async Task ExtractAsync(
        SourceFile file,
        ExtractedText text,
        CancellationToken cancellationToken
    )
    {
        var started = time.GetTimestamp();
        var pages = await ReadInfoAsync(file, text, cancellationToken);
        // -raw: in the order in which the text was written, which keeps columns and boxes apart. What poppler makes
        // of the places on the page mixes the lines of boxes that stand side by side.
        var (result, letters) = await ReadTextAsync(file, ["-raw"], text, cancellationToken);
        if (letters.IsRightToLeft)
        {
            // Written is each line from its left end; only by the places is the first word first.
            text.Clear();
            (result, letters) = await ReadTextAsync(file, [], text, cancellationToken);
        }
        // A document that is broken half-way still gives what is before; so does one whose rest has no room.
        if (result.ExitCode != 0 && text.IsEmpty)
        {
            throw ToolRun.Refusal(result, "PDF");
        }
        if (result.ExitCode != 0 && !text.IsFull)
        {
            text.Warn(DocumentWarnings.Damaged);
        }
        if (pages > ParserLimits.MaxPages)
        {
            text.Warn(DocumentWarnings.Truncated);
        }
        if (file.Request.OcrLanguages.Length > 0 && !text.IsFull)
        {
            var scans = text.IsEmpty
                ? [.. Enumerable.Range(1, pages)]
                : await ScansAsync(file, pages, letters, cancellationToken);
            await RecogniseAsync(file, text, scans, started, cancellationToken);
        }
        await PdfNotes.ReadAsync(file, text, cancellationToken);
        await attachments.ReadAsync(file, text, cancellationToken);
    }

    private static async Task<(ToolResult Result, PageLetters Letters)> ReadTextAsync(
        SourceFile file,
        string[] order,
        ExtractedText text,
        CancellationToken ct
    )
    {
        var letters = new PageLetters();
        var result = await ToolRun.RunAsync(
            "pdftotext",
            [
                .. order,
                "-enc",
                "UTF-8",
                "-eol",
                "unix",
                "-q",
                "-l",
                Text(ParserLimits.MaxPages),
                file.Path,
                "-",
            ],
            (output, token) => PdfPages.ReadAsync(output, 1, text, token, letters),
            ct
        );
        return (result, letters);
    }

    // Scans among pages of text: a letter and what was enclosed, or a page with nothing but a stamp.
    private static async Task<List<int>> ScansAsync(
        SourceFile file,
        int pages,
        PageLetters letters,
        CancellationToken ct
    )
    {
        var bare = Enumerable
            .Range(1, Math.Min(pages, ParserLimits.MaxPages))
            .Where(page => letters.On(page) < FewLetters)
            .ToHashSet();
        return bare.Count == 0 ? [] : await PdfScans.AmongAsync(file.Path, bare, ct);
    }

    // Page by page, and no further than half of the time, of which the last page may need a good part.
    private async Task RecogniseAsync(
        SourceFile file,
        ExtractedText text,
        List<int> pages,
        long started,
        CancellationToken cancellationToken
    )
    {
        if (pages.Count == 0)
        {
            return;
        }
        if (!OcrTool.IsInstalled)
        {
            text.Warn(DocumentWarnings.OcrMissing);
            return;
        }
        if (file.Request.OcrSuspended)
        {
            // Not even drawn.
            text.Warn(DocumentWarnings.OcrFailed);
            return;
        }
        var budget = TimeSpan.FromMilliseconds(file.Request.TimeoutMs / 2.0);
        var done = 0;
        foreach (var page in pages)
        {
            if (done++ >= file.Request.OcrPages || time.GetElapsedTime(started) > budget)
            {
                text.Warn(DocumentWarnings.OcrIncomplete);
                return;
            }
            var picture = Path.Combine(file.Folder, "page");
            var drawn = await ToolRun.RunAsync(
                "pdftoppm",
                [
                    "-r",
                    Text(OcrResolution),
                    "-scale-to",
                    "3000",
                    "-gray",
                    "-f",
                    Text(page),
                    "-l",
                    Text(page),
                    "-singlefile",
                    file.Path,
                    picture,
                ],
                (_, _) => Task.CompletedTask,
                cancellationToken
            );
            if (drawn.ExitCode == 0)
            {
                await OcrTool.ReadAsync(file, $"{picture}.pgm", page, text, cancellationToken);
            }
            else
            {
                text.Warn(DocumentWarnings.Damaged);
            }
        }
    }

    private static async Task<int> ReadInfoAsync(
        SourceFile file,
        ExtractedText text,
        CancellationToken ct
    )
    {
        var lines = new List<string>();
        var result = await ToolRun.RunAsync(
            "pdfinfo",
            ["-enc", "UTF-8", "-isodates", file.Path],
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
            throw ToolRun.Refusal(result, "PDF");
        }
        text.Title = First(lines, "Title:");
        text.Author = First(lines, "Author:");
        text.AuthoredAt = PackageProperties.Date(First(lines, "CreationDate:"));
        text.ModifiedAt = PackageProperties.Date(First(lines, "ModDate:"));
        // The last one is poppler's; one before it may be a line of a title.
        var pages = lines.FindLast(l => l.StartsWith("Pages:", StringComparison.Ordinal));
        text.Pages = int.TryParse(
            Value(pages),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var count
        )
            ? count
            : null;
        return text.Pages ?? 0;
    }

    private static string? First(List<string> lines, string name) =>
        Value(lines.Find(l => l.StartsWith(name, StringComparison.Ordinal)));

    private static string? Value(string? line) =>
        line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
