namespace Jobs.Parser.Formats;

/// <summary>A type of document that can be read.</summary>
/// <param name="Name">For people, as in "PDF".</param>
/// <param name="MediaType">What its documents are stored as.</param>
/// <param name="Extensions">Of file names, lower case, with their dot.</param>
internal sealed record DocumentFormat(string Name, string MediaType, params string[] Extensions)
{
    private const string OpenXml = "application/vnd.openxmlformats-officedocument.";
    private const string OpenDocument = "application/vnd.oasis.opendocument.";

    public static readonly DocumentFormat Text = new(
        "plain text",
        "text/plain",
        ".txt",
        ".text",
        ".log"
    );
    public static readonly DocumentFormat Markdown = new(
        "Markdown",
        "text/markdown",
        ".md",
        ".markdown"
    );
    public static readonly DocumentFormat Html = new("HTML", "text/html", ".html", ".htm");
    public static readonly DocumentFormat Xhtml = new(
        "XHTML",
        "application/xhtml+xml",
        ".xhtml",
        ".xht"
    );
    public static readonly DocumentFormat Csv = new("CSV", "text/csv", ".csv");
    public static readonly DocumentFormat Tsv = new(
        "TSV",
        "text/tab-separated-values",
        ".tsv",
        ".tab"
    );
    public static readonly DocumentFormat Json = new("JSON", "application/json", ".json");
    public static readonly DocumentFormat NdJson = new(
        "NDJSON",
        "application/x-ndjson",
        ".ndjson",
        ".jsonl"
    );
    public static readonly DocumentFormat Xml = new("XML", "application/xml", ".xml");
    public static readonly DocumentFormat Yaml = new("YAML", "application/yaml", ".yaml", ".yml");
    public static readonly DocumentFormat Mail = new("a message", "message/rfc822", ".eml");
    public static readonly DocumentFormat Rtf = new("RTF", "application/rtf", ".rtf");
    public static readonly DocumentFormat Pdf = new("PDF", "application/pdf", ".pdf");
    public static readonly DocumentFormat Docx = new(
        "Word",
        OpenXml + "wordprocessingml.document",
        ".docx"
    );
    public static readonly DocumentFormat Docm = new(
        "Word with macros",
        "application/vnd.ms-word.document.macroenabled.12",
        ".docm"
    );
    public static readonly DocumentFormat Xlsx = new(
        "Excel",
        OpenXml + "spreadsheetml.sheet",
        ".xlsx",
        ".xlsm"
    );
    public static readonly DocumentFormat Xls = new("Excel 97", "application/vnd.ms-excel", ".xls");
    public static readonly DocumentFormat Pptx = new(
        "PowerPoint",
        OpenXml + "presentationml.presentation",
        ".pptx",
        ".pptm"
    );
    public static readonly DocumentFormat Odt = new(
        "OpenDocument text",
        OpenDocument + "text",
        ".odt"
    );
    public static readonly DocumentFormat Ods = new(
        "OpenDocument spreadsheet",
        OpenDocument + "spreadsheet",
        ".ods"
    );
    public static readonly DocumentFormat Odp = new(
        "OpenDocument presentation",
        OpenDocument + "presentation",
        ".odp"
    );
    public static readonly DocumentFormat Epub = new("EPUB", "application/epub+zip", ".epub");
    public static readonly DocumentFormat Zip = new("a ZIP archive", "application/zip", ".zip");
    public static readonly DocumentFormat Png = new("PNG", "image/png", ".png");
    public static readonly DocumentFormat Jpeg = new("JPEG", "image/jpeg", ".jpg", ".jpeg");
    public static readonly DocumentFormat Tiff = new("TIFF", "image/tiff", ".tif", ".tiff");

    public static readonly DocumentFormat Gif = new("GIF", "image/gif", ".gif");
    public static readonly DocumentFormat Bmp = new("a bitmap", "image/bmp", ".bmp");
    public static readonly DocumentFormat Webp = new("WebP", "image/webp", ".webp");

    public static readonly IReadOnlyList<DocumentFormat> All =
    [
        Text,
        Markdown,
        Html,
        Xhtml,
        Csv,
        Tsv,
        Json,
        NdJson,
        Xml,
        Yaml,
        Mail,
        Rtf,
        Pdf,
        Docx,
        Docm,
        Xlsx,
        Xls,
        Pptx,
        Odt,
        Ods,
        Odp,
        Epub,
        Zip,
        Png,
        Jpeg,
        Tiff,
        Gif,
        Bmp,
        Webp,
    ];

    /// <summary>Those that are ZIP archives inside.</summary>
    public static readonly IReadOnlyList<DocumentFormat> Packages =
    [
        Docx,
        Docm,
        Xlsx,
        Pptx,
        Odt,
        Ods,
        Odp,
        Epub,
        Zip,
    ];

    /// <summary>Those that any text may be, so that only the name tells them apart.</summary>
    public static readonly IReadOnlyList<DocumentFormat> Loose =
    [
        Text,
        Markdown,
        Csv,
        Tsv,
        Yaml,
        Html,
    ];

    /// <summary>Every extension that is taken, for messages and for what a page lets people choose.</summary>
    public static readonly IReadOnlyList<string> AllExtensions =
    [
        .. All.SelectMany(f => f.Extensions),
    ];

    /// <summary>The format that an extension names; null where it names none.</summary>
    public static DocumentFormat? OfName(string name)
    {
        var extension = Path.GetExtension(name).ToLowerInvariant();
        return All.FirstOrDefault(f => f.Extensions.Contains(extension));
    }
}
