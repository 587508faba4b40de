using Jobs.Parser;

namespace Jobs.Kinds.Documents;

/// <summary>The bounds of what is taken in and of what is made of it.</summary>
public static class DocumentLimits
{
    /// <summary>Longest original, in bytes.</summary>
    public const long MaxLength = 50L * 1024 * 1024;

    /// <summary>Longest text kept of a document, in UTF-16 units; what is beyond is left out with the warning <c>truncated</c>.</summary>
    public const int MaxText = ParserLimits.MaxText;

    /// <summary>Longest file name kept, in UTF-16 units.</summary>
    public const int MaxName = 255;

    /// <summary>Longest title and author kept, in UTF-16 units.</summary>
    public const int MaxTitle = ParserLimits.MaxTitle;

    /// <summary>Bytes of an original that its type is recognised by.</summary>
    public const int HeadLength = ParserLimits.HeadLength;
}
