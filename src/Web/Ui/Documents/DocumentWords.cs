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
            "application/xhtml+xml" => "XHTML",
            "text/csv" => "CSV",
            "text/tab-separated-values" => "TSV",
            "application/json" => "JSON",
            "application/x-ndjson" => "NDJSON",
            "application/xml" => "XML",
            "application/yaml" => "YAML",
            "message/rfc822" => "Message",
            "application/rtf" => "RTF",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document" => "Word",
            "application/vnd.ms-word.document.macroenabled.12" => "Word with macros",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
            or "application/vnd.ms-excel" => "Excel",
            "application/vnd.openxmlformats-officedocument.presentationml.presentation" =>
                "PowerPoint",
            "application/vnd.oasis.opendocument.text" => "OpenDocument text",
            "application/vnd.oasis.opendocument.spreadsheet" => "OpenDocument spreadsheet",
            "application/vnd.oasis.opendocument.presentation" => "OpenDocument presentation",
            "application/epub+zip" => "EPUB",
            "application/zip" => "ZIP archive",
            "image/png" or "image/jpeg" or "image/tiff" => "Picture",
            _ => mediaType,
        };

    /// <summary>A warning as a sentence; one that is not known stands as it is.</summary>
    public static string Warning(string warning) =>
        warning.Split(':')[0] switch
        {
            "truncated" => "It is longer than what is kept: the rest was left out.",
            "no_text" => "There is no text in it.",
            "ocr" => "Its text was recognised in pictures: some of it may be wrong.",
            "ocr_missing" =>
                "There are pictures of text in it, and this service has no program to recognise it.",
            "ocr_incomplete" => "There was not enough time to recognise all of its pages.",
            "damaged" => "It is damaged: what could be read of it was.",
            "malformed_table" =>
                "A quote was never closed, or a row is very long: lines were taken for rows.",
            "type_mismatch" => "Its content is not what the ending of its name says.",
            "ambiguous_type" =>
                "It is a file of two types at once, and was read as the first of them.",
            "encrypted" => "Some of it is encrypted and was not read.",
            "part_unread" => $"A file in it was not read{warning["part_unread".Length..]}.",
            _ => warning,
        };
}
