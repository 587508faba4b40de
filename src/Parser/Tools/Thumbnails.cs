using System.Globalization;
using Jobs.Parser.Extraction;
using Jobs.Parser.Formats;
using Jobs.Parser.Protocol;

namespace Jobs.Parser.Tools;

/// <summary>A picture of the first page of a document that has one to show.</summary>
internal static class Thumbnails
{
    private const int Size = 480;
    private static readonly DocumentFormat[] Pictures =
    [
        DocumentFormat.Png,
        DocumentFormat.Jpeg,
        DocumentFormat.Tiff,
        DocumentFormat.Gif,
        DocumentFormat.Bmp,
        DocumentFormat.Webp,
    ];

    /// <summary>A PNG; empty where there is none, which is no reason to fail.</summary>
    public static async Task<byte[]> MakeAsync(
        SourceFile file,
        DocumentFormat format,
        CancellationToken cancellationToken
    )
    {
        try
        {
            var png =
                format == DocumentFormat.Pdf
                    ? await ToolRun.ReadBytesAsync(
                        "pdftoppm",
                        [
                            "-png",
                            "-f",
                            "1",
                            "-l",
                            "1",
                            "-singlefile",
                            "-scale-to",
                            Size.ToString(CultureInfo.InvariantCulture),
                            file.Path,
                        ],
                        cancellationToken
                    )
                : Pictures.Contains(format) && ImageTool.IsInstalled
                    ? await ImageTool.ShrinkAsync(file.Path, Size, cancellationToken)
                : [];
            return
                png.Length <= Frames.MaxPayload
                && png.AsSpan().StartsWith<byte>([0x89, 0x50, 0x4E, 0x47])
                ? png
                : [];
        }
        catch (ParseException)
        {
            // The text is there; a page that cannot be drawn in time is not drawn.
            return [];
        }
    }
}
