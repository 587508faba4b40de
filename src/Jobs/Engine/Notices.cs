using System.Globalization;
using System.Threading.Channels;

namespace Jobs.Engine;

/// <summary>
/// What other processes should hear of. A NOTIFY inside a transaction serialises its commit with all others, so these
/// are sent after the commit, many together; who needs certainty reads the tables. Thread-safe.
/// </summary>
public sealed class Notices
{
    /// <summary>Chunks are ready (payload empty) or scheduled (payload <c>due</c>).</summary>
    internal const string WorkChannel = "jobs_work";

    /// <summary>Batches changed; the payload is their ids with commas, or empty for any.</summary>
    internal const string ChangesChannel = "jobs_changes";

    /// <summary>A batch is being cancelled; the payload is its id.</summary>
    internal const string CancelChannel = "jobs_cancel";

    /// <summary>Rules of rate limits changed, or a counter was reset: see <see cref="RateLimiting.LimitNotices"/>.</summary>
    internal const string LimitsChannel = "jobs_limits";

    /// <summary>Something was removed from the cache.</summary>
    internal const string CacheChannel = "jobs_cache";

    /// <summary>Requests are counted anew.</summary>
    internal const string MetricsChannel = "jobs_metrics";

    /// <summary>A tenant's notifications were written or read; the payload is its id.</summary>
    internal const string NotificationsChannel = "jobs_notifications";

    /// <summary>Switches were set.</summary>
    internal const string FeaturesChannel = "jobs_features";

    // Hints may be dropped: a full queue means that the database is away, and then nobody listens either.
    private readonly Channel<Notice> queue = Channel.CreateBounded<Notice>(
        new BoundedChannelOptions(10_000)
        {
            FullMode = BoundedChannelFullMode.DropWrite,
            SingleReader = true,
        }
    );

    internal ChannelReader<Notice> Reader => queue.Reader;

    internal void SendWork(bool scheduled) =>
        queue.Writer.TryWrite(new Notice(WorkChannel, scheduled ? "due" : ""));

    /// <summary>Those who watch the batch should look again.</summary>
    public void SendChange(Guid batchId) =>
        queue.Writer.TryWrite(new Notice(ChangesChannel, batchId.ToString()));

    internal void SendLimits(string payload) =>
        queue.Writer.TryWrite(new Notice(LimitsChannel, payload));

    /// <summary>The memory of the caches should follow what was removed.</summary>
    internal void SendCache() => queue.Writer.TryWrite(new Notice(CacheChannel, ""));

    /// <summary>Every node should set apart what it counted until now.</summary>
    internal void SendMetrics() => queue.Writer.TryWrite(new Notice(MetricsChannel, ""));

    internal void SendNotifications(int tenantId) =>
        queue.Writer.TryWrite(
            new Notice(NotificationsChannel, tenantId.ToString(CultureInfo.InvariantCulture))
        );

    internal void SendFeatures() => queue.Writer.TryWrite(new Notice(FeaturesChannel, ""));

    /// <summary>Workers that run chunks of the batch should stop them.</summary>
    internal void SendCancel(Guid batchId) =>
        queue.Writer.TryWrite(new Notice(CancelChannel, batchId.ToString()));
}

internal readonly record struct Notice(string Channel, string Payload);
