namespace Jobs.Web.Ui.Documents;

/// <summary>Documents in words.</summary>
internal static class DocumentWords
{
    public static string TypeOf(string mediaType) =>
        mediaType switch
        {
            "application/pdf" => "PDF",
            "text/plain" => "Text",
            "text/markdown" => "Markdown",
            "text/html" => "HTML",
            "text/csv" => "CSV",
            "application/json" => "JSON",
            "application/x-ndjson" => "NDJSON",
            _ => mediaType,
        };
}
