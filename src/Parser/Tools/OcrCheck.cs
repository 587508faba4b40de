using System.Text;

namespace Jobs.Parser.Tools;

/// <summary>
/// Whether tesseract works, found out by an empty picture of our own: what fails on that fails on every picture, and what
/// does not has failed over the document. Remembered while it works. Not thread-safe.
/// </summary>
internal static class OcrCheck
{
    private const int Side = 64;

    // It takes a tenth of a second; a machine may be busy.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private static bool works;

    /// <summary>Whether it worked when it was looked at last, which is once where it does.</summary>
    public static async Task<bool> WorksAsync(
        string folder,
        string languages,
        CancellationToken cancellationToken
    ) => works || await LookAsync(folder, languages, cancellationToken);

    /// <summary>Looks again.</summary>
    public static async Task<bool> LookAsync(
        string folder,
        string languages,
        CancellationToken cancellationToken
    )
    {
        var picture = Path.Combine(folder, "ocr-check.pgm");
        await File.WriteAllBytesAsync(picture, Empty(), cancellationToken);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            var result = await OcrTool.RunAsync(
                picture,
                languages,
                static async (output, ct) => await output.ReadToEndAsync(ct),
                limit.Token
            );
            works = result.ExitCode == 0;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            works = false;
        }
        return works;
    }

    // Binary PGM: white.
    private static byte[] Empty() =>
        [
            .. Encoding.ASCII.GetBytes($"P5 {Side} {Side} 255\n"),
            .. Enumerable.Repeat(byte.MaxValue, Side * Side),
        ];
}
