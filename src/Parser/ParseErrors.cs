namespace Jobs.Parser;

/// <summary>The codes of what a parser finds wrong with a document.</summary>
internal static class ParseErrors
{
    public const string EmptyFile = "empty_file";
    public const string UnsupportedType = "unsupported_type";
    public const string Encrypted = "encrypted";
    public const string Unreadable = "unreadable";
    public const string ArchiveBomb = "archive_bomb";
    public const string NestedTooDeep = "nested_too_deep";
    public const string XmlEntities = "xml_entities";
    public const string ImageTooLarge = "image_too_large";
    public const string TimeLimit = "time_limit";
    public const string MemoryLimit = "memory_limit";
    public const string ParserFailed = "parser_failed";
    public const string PopplerMissing = "poppler_missing";
}

/// <summary>Ends the reading of a document.</summary>
/// <param name="code">One of <see cref="ParseErrors"/>.</param>
/// <param name="message">What is wrong and what a person can do about it.</param>
internal sealed class ParseException(string code, string message, Exception? inner = null)
    : Exception(message, inner)
{
    public string Code { get; } = code;
}
