namespace Jobs.Batches;

/// <summary>What a submission may hold; published at <c>GET /api/v1/limits</c>.</summary>
public static class BatchLimits
{
    /// <summary>Items of a batch.</summary>
    public const int Items = 100_000;

    /// <summary>Bytes of the items of one page, and so of one item.</summary>
    public const int PageBytes = 256 * 1024;

    /// <summary>Characters of an item's <c>customId</c>.</summary>
    public const int CustomIdLength = 128;

    /// <summary>Pairs of a batch's <c>metadata</c>.</summary>
    public const int MetadataPairs = 16;

    /// <summary>Characters of a key or a value of <c>metadata</c>.</summary>
    public const int MetadataLength = 512;

    /// <summary>Executions of an item unless its batch says otherwise.</summary>
    public const int DefaultMaxAttempts = 3;

    /// <summary>Most that a batch may ask for.</summary>
    public const int MaxAttempts = 100;

    /// <summary>Errors that a refused submission lists.</summary>
    public const int ListedErrors = 100;

    /// <summary>Longest time that a batch may be given.</summary>
    public static readonly TimeSpan MaxExpiresAfter = TimeSpan.FromDays(365);

    /// <summary>Longest timeout of an item.</summary>
    public static readonly TimeSpan MaxItemTimeout = TimeSpan.FromDays(1);
}
