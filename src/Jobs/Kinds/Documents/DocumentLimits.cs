namespace Jobs.Kinds.Documents;

/// <summary>The bounds of what is taken in and of what is made of it.</summary>
public static class DocumentLimits
{
    /// <summary>Longest original, in bytes.</summary>
    public const long MaxLength = 50L * 1024 * 1024;

    /// <summary>Longest text kept of a document, in UTF-16 units; what is beyond is left out with the warning <c>truncated</c>.</summary>
    public const int MaxText = 20 * 1024 * 1024;

    /// <summary>Longest file name kept, in UTF-16 units.</summary>
    public const int MaxName = 255;

    /// <summary>Longest title and author kept, in UTF-16 units.</summary>
    public const int MaxTitle = 500;

    /// <summary>How long the reading of one document may take, whatever its item is given.</summary>
    public static readonly TimeSpan MaxReading = TimeSpan.FromSeconds(30);

    /// <summary>Bytes of an original that its type is recognised by.</summary>
    public const int HeadLength = 4096;
}
