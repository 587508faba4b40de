namespace Jobs.Kinds.Queries.Index;

/// <summary>
/// What documents are filtered by, as words of the index: each has a posting at the first passage of its document. They
/// start with a control character, which no word of a text has.
/// </summary>
internal static class FilterTerms
{
    public static string Tag(string tag) => $"\u0001tag {tag}";

    public static string Type(string mediaType) => $"\u0001type {mediaType}";

    public static bool IsFilter(string lexeme) => lexeme[0] == '\u0001';
}
