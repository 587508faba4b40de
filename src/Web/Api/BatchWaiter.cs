using System.Globalization;
using Jobs.Batches;

namespace Jobs.Web.Api;

/// <summary>
/// Reads the status of batches for those who watch them. Watchers of one batch share a read, so that what they cost does
/// not grow with their number. Thread-safe.
/// </summary>
internal sealed class BatchWaiter(
    BatchReader reader,
    BatchChanges changes,
    IHostApplicationLifetime lifetime,
    TimeProvider time
)
{
    /// <summary>How old a shared status may be, and how often a watched batch is looked at: twice a second.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private readonly Lock gate = new();
    private readonly Dictionary<
        (int Tenant, Guid Id),
        (long At, Task<BatchStatus?> Status)
    > shared = [];

    /// <summary>Seconds of <c>Prefer: wait=N</c> (RFC 7240), at most 60.</summary>
    public static TimeSpan WaitOf(HttpContext context)
    {
        foreach (var preference in context.Request.Headers.GetCommaSeparatedValues("Prefer"))
        {
            if (
                preference.Trim().StartsWith("wait=", StringComparison.OrdinalIgnoreCase)
                && int.TryParse(
                    preference.Trim()["wait=".Length..],
                    NumberStyles.None,
                    CultureInfo.InvariantCulture,
                    out var seconds
                )
            )
            {
                context.Response.Headers["Preference-Applied"] = "wait";
                return TimeSpan.FromSeconds(Math.Min(seconds, ApiLimits.WaitSeconds));
            }
        }
        return TimeSpan.Zero;
    }

    /// <summary>The status; with a wait, once it is another than the caller knows or the batch has ended.</summary>
    /// <param name="known">The ETag that the caller has; null to wait for the next change from now.</param>
    public async Task<BatchStatus?> ReadAsync(
        int tenantId,
        Guid id,
        string? known,
        TimeSpan wait,
        CancellationToken cancellationToken
    )
    {
        var status = await reader.GetAsync(tenantId, id, cancellationToken);
        if (wait == TimeSpan.Zero || status is null || status.Purged || status.State.IsEnded())
        {
            return status;
        }
        known ??= status.ETag;
        var started = time.GetTimestamp();
        using var watch = changes.Begin(id);
        // A server that stops answers with what there is.
        while (
            !lifetime.ApplicationStopping.IsCancellationRequested
            && status is { Purged: false }
            && status.ETag == known
            && time.GetElapsedTime(started) < wait
        )
        {
            var left = wait - time.GetElapsedTime(started);
            await watch.WaitAsync(left < Interval ? left : Interval, cancellationToken);
            status = await ReadSharedAsync(tenantId, id, cancellationToken);
        }
        return status;
    }

    /// <summary>The status as of a moment ago.</summary>
    public Task<BatchStatus?> ReadSharedAsync(
        int tenantId,
        Guid id,
        CancellationToken cancellationToken
    )
    {
        lock (gate)
        {
            if (
                shared.TryGetValue((tenantId, id), out var entry)
                && time.GetElapsedTime(entry.At) < Interval / 5
                && !entry.Status.IsFaulted
            )
            {
                return entry.Status.WaitAsync(cancellationToken);
            }
            if (shared.Count > 1_000)
            {
                shared.Clear();
            }
            // Nobody's token: others wait for the same read.
            var status = reader.GetAsync(tenantId, id, CancellationToken.None);
            shared[(tenantId, id)] = (time.GetTimestamp(), status);
            return status.WaitAsync(cancellationToken);
        }
    }
}
