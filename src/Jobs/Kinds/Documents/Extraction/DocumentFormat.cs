namespace Jobs.Kinds.Documents.Extraction;

/// <summary>A type of document that can be read.</summary>
/// <param name="Name">For people, as in "PDF".</param>
/// <param name="MediaType">What its documents are stored as.</param>
/// <param name="Extensions">Of file names, lower case, with their dot.</param>
internal sealed record DocumentFormat(string Name, string MediaType, params string[] Extensions)
{
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
    public static readonly DocumentFormat Html = new(
        "HTML",
        "text/html",
        ".html",
        ".htm",
        ".xhtml"
    );
    public static readonly DocumentFormat Csv = new("CSV", "text/csv", ".csv");
    public static readonly DocumentFormat Tsv = new("TSV", "text/tab-separated-values", ".tsv");
    public static readonly DocumentFormat Json = new("JSON", "application/json", ".json");
    public static readonly DocumentFormat NdJson = new(
        "NDJSON",
        "application/x-ndjson",
        ".ndjson",
        ".jsonl"
    );
    public static readonly DocumentFormat Pdf = new("PDF", "application/pdf", ".pdf");

    public static readonly IReadOnlyList<DocumentFormat> All =
    [
        Text,
        Markdown,
        Html,
        Csv,
        Tsv,
        Json,
        NdJson,
        Pdf,
    ];

    /// <summary>Every extension that is taken, for messages and for what a page lets people choose.</summary>
    public static readonly IReadOnlyList<string> AllExtensions =
    [
        .. All.SelectMany(f => f.Extensions),
    ];
}
