namespace Jobs.Parser;

/// <summary>The bounds of what is made of one document, whatever it contains.</summary>
internal static class ParserLimits
{
    /// <summary>Longest text kept, in UTF-16 units; what is beyond is left out with the warning <c>truncated</c>.</summary>
    public const int MaxText = 20 * 1024 * 1024;

    /// <summary>Longest title and author kept, in UTF-16 units.</summary>
    public const int MaxTitle = 500;

    /// <summary>Bytes of a file that its type is recognised by.</summary>
    public const int HeadLength = 4096;

    /// <summary>Bytes that one document may unfold to, all of its archives together.</summary>
    public const long MaxUnfolded = 512L * 1024 * 1024;

    /// <summary>Times its compressed length that a part of an archive may unfold to, beyond <see cref="FreeUnfolded"/>.</summary>
    public const int MaxRatio = 200;

    /// <summary>Bytes that a part may unfold to whatever its ratio: short repetition is no bomb.</summary>
    public const long FreeUnfolded = 8L * 1024 * 1024;

    /// <summary>Entries of all archives of one document.</summary>
    public const int MaxEntries = 10_000;

    /// <summary>Files within files that are read, such as an archive in a message in an archive.</summary>
    public const int MaxDepth = 3;

    /// <summary>Pages of a PDF that are read; the rest is left out with the warning <c>truncated</c>.</summary>
    public const int MaxPages = 5_000;

    /// <summary>Pixels of an image: its memory is four to eight times that.</summary>
    public const long MaxPixels = 50_000_000;

    /// <summary>Elements of markup within one another.</summary>
    public const int MaxNesting = 1_000;
}
