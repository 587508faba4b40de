using System.Globalization;
using Jobs.Parser.Extraction;

namespace Jobs.Parser.Tools;

/// <summary>GraphicsMagick, which says how large a picture is without unfolding it, and makes it small.</summary>
internal static class ImageTool
{
    private const string Program = "gm";
    private const int MaxOutput = 64 * 1024;

    public static bool IsInstalled => ToolRun.Find(Program) is not null;

    /// <summary>Counts the pages of a picture.</summary>
    /// <returns>Null where the program is missing.</returns>
    /// <exception cref="ParseException">It is broken, or has more pixels than are read.</exception>
    public static async Task<int?> MeasureAsync(
        SourceFile file,
        CancellationToken cancellationToken
    )
    {
        if (!IsInstalled)
        {
            return null;
        }
        var sizes = "";
        var result = await ToolRun.RunAsync(
            Program,
            ["identify", "-ping", "-format", "%w %h\n", file.Path],
            async (output, ct) =>
            {
                var buffer = new char[MaxOutput];
                sizes = new string(buffer, 0, await output.ReadBlockAsync(buffer, ct));
            },
            cancellationToken
        );
        var pages = sizes
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' '))
            .Where(s => s.Length == 2)
            .Select(s => (Width: Number(s[0]), Height: Number(s[1])))
            .ToList();
        if (
            pages.Exists(p => p.Width * p.Height > ParserLimits.MaxPixels)
            || IsTooLarge(result.Errors)
        )
        {
            throw new ParseException(
                ParseErrors.ImageTooLarge,
                $"The picture has more than {ParserLimits.MaxPixels / 1_000_000} million pixels. Send a smaller one, or its parts."
            );
        }
        return pages.Count > 0
            ? pages.Count
            : throw new ParseException(
                ParseErrors.Unreadable,
                "The picture is broken and cannot be opened. Save it anew in a program that can open it."
            );
    }

    /// <summary>A small PNG of the first page; empty where it cannot be made.</summary>
    public static async Task<byte[]> ShrinkAsync(
        string path,
        int size,
        CancellationToken cancellationToken
    )
    {
        var box = string.Create(CultureInfo.InvariantCulture, $"{size}x{size}>");
        return await ToolRun.ReadBytesAsync(
            Program,
            [
                "convert",
                "-limit",
                "threads",
                "1",
                "-size",
                box,
                $"{path}[0]",
                "-auto-orient",
                "-thumbnail",
                box,
                "+profile",
                "*",
                "png:-",
            ],
            cancellationToken
        );
    }

    /// <summary>
    /// A copy of a photograph that stands the way that its camera was held; null where it stands so, or none can be made.
    /// </summary>
    public static async Task<string?> UprightAsync(
        SourceFile file,
        CancellationToken cancellationToken
    )
    {
        var turned = await ToolRun.ReadBytesAsync(
            Program,
            ["identify", "-format", "%[EXIF:Orientation]", file.Path],
            cancellationToken
        );
        // EXIF 2.3, 4.6.4: from 2 on it is turned or mirrored.
        if (turned.Length == 0 || turned[0] is < (byte)'2' or > (byte)'8')
        {
            return null;
        }
        var copy = $"{file.Path}-upright.png";
        var result = await ToolRun.RunAsync(
            Program,
            ["convert", "-limit", "threads", "1", file.Path, "-auto-orient", "+profile", "*", copy],
            (_, _) => Task.CompletedTask,
            cancellationToken
        );
        return result.ExitCode == 0 && File.Exists(copy) ? copy : null;
    }

    // The library's own bounds come before ours for the most absurd sizes.
    private static bool IsTooLarge(string errors) =>
        errors.Contains("limit", StringComparison.OrdinalIgnoreCase)
        || errors.Contains("width or height", StringComparison.OrdinalIgnoreCase);

    private static long Number(string value) =>
        long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : 0;
}
