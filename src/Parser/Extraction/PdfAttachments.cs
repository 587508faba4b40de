using System.Globalization;
using Jobs.Parser.Extraction.Archives;
using Jobs.Parser.Tools;

namespace Jobs.Parser.Extraction;

/// <summary>The files that are attached to a PDF, as a portfolio or an invoice has them, through poppler's programs.</summary>
internal sealed class PdfAttachments(PartReader parts)
{
    private const int MostFiles = 100;

    private static readonly string[] Signs = ["/EmbeddedFile"];

    public async Task ReadAsync(SourceFile file, ExtractedText text, CancellationToken ct)
    {
        if (text.IsFull || !await PdfSigns.AnyAsync(file, Signs, ct))
        {
            return;
        }
        var names = new List<string>();
        await ToolRun.RunAsync(
            "pdfdetach",
            ["-list", "-enc", "UTF-8", file.Path],
            async (output, token) =>
            {
                while (names.Count <= MostFiles && await output.ReadLineAsync(token) is { } line)
                {
                    // "1: name"; before them how many there are.
                    var colon = line.IndexOf(": ", StringComparison.Ordinal);
                    if (colon > 0 && line.AsSpan(0, colon).IndexOfAnyExceptInRange('0', '9') < 0)
                    {
                        names.Add(line[(colon + 2)..]);
                    }
                }
            },
            ct
        );
        if (names.Count > MostFiles)
        {
            text.Warn(DocumentWarnings.Truncated);
        }
        file.Budget.AddEntries(names.Count);
        for (var i = 0; i < Math.Min(names.Count, MostFiles) && !text.IsFull; i++)
        {
            await ReadAsync(file, i + 1, names[i], text, ct);
        }
    }

    private async Task ReadAsync(
        SourceFile file,
        int number,
        string name,
        ExtractedText text,
        CancellationToken ct
    )
    {
        var path = Path.Combine(file.Folder, $"attached-{file.Depth}");
        try
        {
            var saved = await ToolRun.RunAsync(
                "pdfdetach",
                ["-save", number.ToString(CultureInfo.InvariantCulture), "-o", path, file.Path],
                (_, _) => Task.CompletedTask,
                ct
            );
            if (saved.ExitCode != 0 || !File.Exists(path))
            {
                text.Warn(DocumentWarnings.Damaged);
                return;
            }
            var length = new FileInfo(path).Length;
            file.Budget.Add(length, length, new FileInfo(file.Path).Length);
            await parts.ReadAsync(file, name, () => File.OpenRead(path), text, ct);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
