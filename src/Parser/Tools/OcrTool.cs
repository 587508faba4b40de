using Jobs.Parser.Extraction;

namespace Jobs.Parser.Tools;

/// <summary>tesseract, which recognises the text in pictures; it may be missing.</summary>
internal static class OcrTool
{
    private const string Program = "tesseract";

    // Which way up a page is, is a language of its own to the program.
    private const string Orientation = "osd.traineddata";

    private static readonly Lazy<bool> knowsOrientation = new(() =>
        new[]
        {
            "/usr/share/tesseract-ocr",
            "/usr/share/tessdata",
            "/usr/local/share/tessdata",
        }.Any(folder =>
            Directory.Exists(folder)
            && Directory.EnumerateFiles(folder, Orientation, SearchOption.AllDirectories).Any()
        )
    );

    public static bool IsInstalled => ToolRun.Find(Program) is not null;

    /// <summary>
    /// Recognises a picture, which may have several pages. Where tesseract itself does not work, that is a warning and
    /// nothing that the document has done.
    /// </summary>
    /// <param name="path">The picture, in the folder of <paramref name="file"/>.</param>
    /// <param name="firstPage">Of the document, where the picture begins.</param>
    public static async Task ReadAsync(
        SourceFile file,
        string path,
        int firstPage,
        ExtractedText text,
        CancellationToken cancellationToken
    )
    {
        var languages = file.Request.OcrLanguages;
        if (
            text.OcrWorks == false
            || file.Request.OcrSuspended
            || !await OcrCheck.WorksAsync(file.Folder, languages, cancellationToken)
        )
        {
            Failed(file, text);
            return;
        }
        var result = await RunAsync(
            path,
            languages,
            (output, ct) => PdfPages.ReadAsync(output, firstPage, text, ct),
            cancellationToken
        );
        if (
            result.ExitCode != 0
            && !await OcrCheck.LookAsync(file.Folder, languages, cancellationToken)
        )
        {
            Failed(file, text);
            return;
        }
        text.OcrWorks = true;
        if (result.ExitCode != 0)
        {
            throw ToolRun.Refusal(result, "picture");
        }
        if (!text.IsEmpty)
        {
            text.Warn(DocumentWarnings.Ocr);
        }
    }

    internal static Task<ToolResult> RunAsync(
        string path,
        string languages,
        Func<StreamReader, CancellationToken, Task> read,
        CancellationToken cancellationToken
    ) =>
        ToolRun.RunAsync(
            Program,
            [path, "stdout", "-l", languages, "--psm", knowsOrientation.Value ? "1" : "3"],
            read,
            cancellationToken
        );

    private static void Failed(SourceFile file, ExtractedText text)
    {
        text.Warn(DocumentWarnings.OcrFailed);
        if (!file.Request.OcrSuspended)
        {
            text.OcrWorks = false;
        }
    }
}
