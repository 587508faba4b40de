namespace Jobs.Web.Api;

/// <summary>What a request may hold, beside what a batch may.</summary>
internal static class ApiLimits
{
    /// <summary>Bytes of a JSON body with items; more comes as NDJSON.</summary>
    public const int JsonBytes = 16 * 1024 * 1024;

    /// <summary>Bytes of an NDJSON body.</summary>
    public const long NdjsonBytes = 1024L * 1024 * 1024;

    /// <summary>Bytes a second that an NDJSON body must come in at, after its first ten seconds.</summary>
    public const double NdjsonBytesPerSecond = 16 * 1024;

    /// <summary>Queries that are answered in the response.</summary>
    public const int SyncQueries = 100;

    /// <summary>Files of one upload.</summary>
    public const int Files = 50;

    /// <summary>Bytes of an upload: its files, and their frames.</summary>
    public const long UploadBytes =
        (Files * Jobs.Kinds.Documents.DocumentLimits.MaxLength) + (4 * 1024 * 1024);

    /// <summary>Keys of a cache that one request reads or removes.</summary>
    public const int CacheKeys = 1_000;

    /// <summary>Tags of a cache that one request removes.</summary>
    public const int CacheTags = 32;

    /// <summary>Rows of a page of a list, and unless the caller says otherwise.</summary>
    public const int ListMost = 200;
    public const int ListDefault = 50;

    /// <summary>Seconds that <c>Prefer: wait</c> is held at most.</summary>
    public const int WaitSeconds = 60;
}
