namespace Jobs.Kinds.Documents;

/// <summary>The error codes of the kind <c>document</c>.</summary>
public static class DocumentErrors
{
    /// <summary>The file has no bytes.</summary>
    public const string EmptyFile = "empty_file";

    /// <summary>The file is longer than <see cref="DocumentLimits.MaxLength"/>.</summary>
    public const string FileTooLarge = "file_too_large";

    /// <summary>The content is of no type that can be read.</summary>
    public const string UnsupportedType = "unsupported_type";

    /// <summary>The document can be opened only with a password, or forbids the extraction of its text.</summary>
    public const string Encrypted = "encrypted";

    /// <summary>The document is broken.</summary>
    public const string Unreadable = "unreadable";

    /// <summary>An archive, which office documents are too, unfolds to more than any ordinary one does.</summary>
    public const string ArchiveBomb = "archive_bomb";

    /// <summary>Elements, values or files are nested deeper than is followed.</summary>
    public const string NestedTooDeep = "nested_too_deep";

    /// <summary>XML uses entities of a document type of its own.</summary>
    public const string XmlEntities = "xml_entities";

    /// <summary>A picture has more pixels than are unfolded.</summary>
    public const string ImageTooLarge = "image_too_large";

    /// <summary>Reading the document took longer than a document is given.</summary>
    public const string TimeLimit = "time_limit";

    /// <summary>Reading the document took more memory than a document is given.</summary>
    public const string MemoryLimit = "memory_limit";

    /// <summary>The process that read the document crashed.</summary>
    public const string ParserFailed = "parser_failed";

    /// <summary>No process can be started that reads documents; another attempt may have more luck.</summary>
    public const string ParserUnavailable = "parser_unavailable";

    /// <summary>poppler, which reads PDF, is not installed on the worker.</summary>
    public const string PopplerMissing = "poppler_missing";

    /// <summary>The document was deleted while its item waited or ran.</summary>
    public const string DocumentDeleted = "document_deleted";

    /// <summary>The batch ended before the document was read.</summary>
    public const string BatchEnded = "batch_ended";

    internal static ItemException Exception(string code, string message, Exception? inner = null) =>
        new(new ItemError(code, message, Retryable: false), inner);
}
