namespace Jobs.Kinds.Documents;

/// <summary>The error codes of the kind <c>document</c>.</summary>
public static class DocumentErrors
{
    /// <summary>The file has no bytes.</summary>
    public const string EmptyFile = "empty_file";

    /// <summary>The file is longer than <see cref="DocumentLimits.MaxLength"/>.</summary>
    public const string FileTooLarge = "file_too_large";

    /// <summary>Neither the name nor the content is of a type that can be read.</summary>
    public const string UnsupportedType = "unsupported_type";

    /// <summary>The content is not what the name's extension says.</summary>
    public const string TypeMismatch = "type_mismatch";

    /// <summary>The document can be opened only with a password, or forbids the extraction of its text.</summary>
    public const string Encrypted = "encrypted";

    /// <summary>The document is broken.</summary>
    public const string Unreadable = "unreadable";

    /// <summary>Reading the document took more time or memory than a document is given.</summary>
    public const string TooComplex = "too_complex";

    /// <summary>poppler, which reads PDF, is not installed on the worker.</summary>
    public const string PopplerMissing = "poppler_missing";

    /// <summary>The document was deleted while its item waited or ran.</summary>
    public const string DocumentDeleted = "document_deleted";

    /// <summary>The batch ended before the document was read.</summary>
    public const string BatchEnded = "batch_ended";

    internal static ItemException Exception(string code, string message, Exception? inner = null) =>
        new(new ItemError(code, message, Retryable: false), inner);
}
