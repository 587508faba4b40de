namespace Jobs.Monitoring.Samples;

/// <summary>The series in <c>metric_samples</c>; docs/metrics.md says what each means.</summary>
public static class SampleNames
{
    /// <summary>Requests by <c>route</c> and <c>method</c>; values are milliseconds, with buckets in microseconds.</summary>
    public const string Requests = "http.requests";

    /// <summary>Answers by <c>route</c>, <c>method</c> and <c>status</c>.</summary>
    public const string Responses = "http.responses";

    /// <summary>Items that were settled, by <c>kind</c> and <c>outcome</c>, of a tenant.</summary>
    public const string Items = "jobs.items";

    /// <summary>Chunks that were executed, by <c>kind</c>, of a tenant; values are milliseconds.</summary>
    public const string Chunks = "jobs.chunks";

    /// <summary>Batches that were submitted, by <c>kind</c>, of a tenant; the sum is that of their items.</summary>
    public const string BatchesSubmitted = "batches.submitted";

    /// <summary>
    /// Batches that ended, by <c>kind</c> and <c>outcome</c> (succeeded, partial, failed, cancelled, expired), of a tenant;
    /// values are milliseconds from the submission to the end, with buckets in milliseconds.
    /// </summary>
    public const string BatchesEnded = "batches.ended";

    /// <summary>Items that got their outcome, whoever gave it, by <c>kind</c> and <c>outcome</c>, of a tenant.</summary>
    public const string BatchItems = "batches.items";

    /// <summary>Batches that had ended and were retried, by <c>kind</c>, of a tenant; the sum is that of items to be tried again.</summary>
    public const string BatchesReopened = "batches.reopened";

    /// <summary>Items that wait by <c>priority</c> and <c>kind</c>, as of once a minute.</summary>
    public const string QueueReady = "jobs.queue.ready";

    /// <summary>Items that start at a time, likewise.</summary>
    public const string QueueScheduled = "jobs.queue.scheduled";

    /// <summary>Items that workers hold, likewise.</summary>
    public const string QueueRunning = "jobs.queue.running";

    /// <summary>Milliseconds since the submission of the oldest that is ready, likewise.</summary>
    public const string QueueOldest = "jobs.queue.oldest_ms";

    /// <summary>Lookups in the cache by <c>namespace</c> and <c>result</c> (hit, stale, miss).</summary>
    public const string CacheRequests = "cache.requests";

    /// <summary>Requests over a rate limit, by <c>policy</c>.</summary>
    public const string RateLimitRefusals = "rate_limit.refusals";

    /// <summary>Share of one processor that a process used, a value per node and minute.</summary>
    public const string ProcessCpu = "process.cpu";

    /// <summary>Bytes of memory that a process holds, a value per node and minute.</summary>
    public const string ProcessMemory = "process.memory";
}
