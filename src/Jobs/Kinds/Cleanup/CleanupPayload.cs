namespace Jobs.Kinds.Cleanup;

/// <summary>The payload of a <c>cleanup</c> item.</summary>
/// <param name="Targets">Of <see cref="CleanupTargets"/>; null for all of them.</param>
internal sealed record CleanupPayload(IReadOnlyList<string>? Targets);

/// <summary>What can be cleaned up.</summary>
internal static class CleanupTargets
{
    /// <summary>Cache entries that have expired, and what was noted of removals.</summary>
    public const string Cache = "cache";

    /// <summary>Batches past their retention, their pages, and the partitions that those stand in.</summary>
    public const string Batches = "batches";

    /// <summary>Originals without a document, and documents whose batch ended without them.</summary>
    public const string Originals = "originals";

    /// <summary>Idempotency keys that are past their day.</summary>
    public const string Idempotency = "idempotency";

    /// <summary>The search index: segments that want to be one, deletions, documents that are not in it yet.</summary>
    public const string Search = "search";

    /// <summary>Samples of metrics: minutes become hours, hours become days, and what is too old goes.</summary>
    public const string Metrics = "metrics";

    /// <summary>Entries of the audit past their retention.</summary>
    public const string Audit = "audit";

    /// <summary>Notifications past their retention, and what a tenant has beyond its number.</summary>
    public const string Notifications = "notifications";

    /// <summary>Counters of rate limits that are as if nobody had ever called.</summary>
    public const string RateLimits = "rateLimits";

    public static readonly IReadOnlyList<string> All =
    [
        Cache,
        Batches,
        Originals,
        Idempotency,
        Search,
        Metrics,
        Audit,
        Notifications,
        RateLimits,
    ];
}

/// <summary>The result of a <c>cleanup</c> item: how much of what was removed or changed.</summary>
internal sealed record CleanupResult
{
    public long CacheEntries { get; set; }

    /// <summary>Rows of the log of removals, of marks and of rights to fill.</summary>
    public long CacheRemovals { get; set; }

    /// <summary>Messages about removals, and their attempts.</summary>
    public long Messages { get; set; }

    /// <summary>Batches that became tombstones.</summary>
    public long Batches { get; set; }

    /// <summary>Rows of items and outcomes that were deleted; those of dropped partitions are not counted.</summary>
    public long Pages { get; set; }

    public long Tombstones { get; set; }

    public int PartitionsDropped { get; set; }

    public int PartitionsMade { get; set; }

    public long Originals { get; set; }

    /// <summary>Objects of an object store that were deleted after their originals.</summary>
    public long Objects { get; set; }

    public long IdempotencyKeys { get; set; }

    /// <summary>Segments of the search index that were merged into others, or written anew.</summary>
    public long Segments { get; set; }

    /// <summary>Documents that were taken into the search index.</summary>
    public long Indexed { get; set; }

    /// <summary>Samples of hours and days that were made of finer ones.</summary>
    public long SamplesMade { get; set; }

    public long SamplesDeleted { get; set; }

    /// <summary>Rows of which searches were asked, that are older than a day.</summary>
    public long Asked { get; set; }

    public long AuditEntries { get; set; }

    public long Notifications { get; set; }

    /// <summary>Counters of rate limits that were deleted.</summary>
    public long RateLimits { get; set; }

    /// <summary>Documents that became failed because their batch ended without them.</summary>
    public long AbandonedDocuments { get; set; }
}
