namespace Jobs.Parser.Extraction;

/// <summary>What was not read of a document that was read. A colon and particulars may follow.</summary>
internal static class DocumentWarnings
{
    /// <summary>The text, or a part of the document, was longer than what is kept.</summary>
    public const string Truncated = "truncated";

    /// <summary>The document has no text, as an empty page has none.</summary>
    public const string NoText = "no_text";

    /// <summary>There is text in images only, and tesseract, which would read it, is not installed.</summary>
    public const string OcrMissing = "ocr_missing";

    /// <summary>There is text in images only, and tesseract, which would read it, does not work.</summary>
    public const string OcrFailed = "ocr_failed";

    /// <summary>The text was recognised in images: some of it may be wrong.</summary>
    public const string Ocr = "ocr";

    /// <summary>Images were not recognised to the end in the time of a document.</summary>
    public const string OcrIncomplete = "ocr_incomplete";

    /// <summary>The document is broken half-way; what is before was read.</summary>
    public const string Damaged = "damaged";

    /// <summary>A quote was never closed; line ends were taken for ends of rows.</summary>
    public const string MalformedTable = "malformed_table";

    /// <summary>The content is not what the extension of the name says.</summary>
    public const string TypeMismatch = "type_mismatch";

    /// <summary>The file is of two types at once; it was read as the one that it begins with.</summary>
    public const string AmbiguousType = "ambiguous_type";

    /// <summary>A file within the document was not read: its name and why follow.</summary>
    public const string PartUnread = "part_unread";

    /// <summary>It needs a password, which an attachment or an archive's entry can.</summary>
    public const string Encrypted = "encrypted";
}
