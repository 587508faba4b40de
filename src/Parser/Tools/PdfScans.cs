using System.Globalization;

namespace Jobs.Parser.Tools;

/// <summary>Which pages of a PDF have a picture that may be a scan.</summary>
internal static class PdfScans
{
    // Smaller ones are logos and lines.
    private const int MinSide = 400;

    /// <summary>Those of the pages that have one; none where the program that lists them is missing.</summary>
    public static async Task<List<int>> AmongAsync(
        string path,
        IReadOnlySet<int> pages,
        CancellationToken cancellationToken
    )
    {
        var found = new SortedSet<int>();
        if (ToolRun.Find("pdfimages") is not null)
        {
            await ToolRun.RunAsync(
                "pdfimages",
                ["-list", "-l", Text(ParserLimits.MaxPages), path],
                async (output, ct) =>
                {
                    while (await output.ReadLineAsync(ct) is { } line)
                    {
                        if (Page(line) is { } page && pages.Contains(page))
                        {
                            found.Add(page);
                        }
                    }
                },
                cancellationToken
            );
        }
        return [.. found];
    }

    // Page, number, type, width, height, and more.
    private static int? Page(string line)
    {
        var columns = line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries);
        return
            columns.Length > 4
            && columns[2] == "image"
            && Number(columns[3]) >= MinSide
            && Number(columns[4]) >= MinSide
            ? Number(columns[0])
            : null;
    }

    private static int Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : 0;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
