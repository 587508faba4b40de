using Jobs.Batches;
using Jobs.Notifications;

namespace Jobs.Web.Api;

/// <summary>
/// Tells one listener what happens to the batches of a tenant. It remembers the open ones, of which there are a
/// bounded number, and looks twice a second. Not thread-safe.
/// </summary>
internal sealed class FeedListener(
    EventStream stream,
    int tenant,
    BatchFeed feed,
    ItemReader items,
    NotificationStore notifications,
    TimeProvider time
)
{
    // A listener that missed more of a batch than this gets a snapshot of it instead.
    private const int MostFailures = 1_000;
    private const int MostEnds = 10_000;

    // The newest are followed; as others come, those before them are forgotten.
    private const int MostOpen = 5 * BatchFeed.MostOpen;

    // What was told of each open batch.
    private readonly Dictionary<Guid, (long Version, string ETag)> open = [];

    // Ends that were told: a look sees those of the last seconds again.
    private readonly HashSet<(Guid Id, long Version)> ends = [];

    private long unread;
    private long lastSent;

    /// <summary>Runs until it is cancelled.</summary>
    /// <param name="first">The first look.</param>
    /// <param name="since">What it was a look from; null for the beginning.</param>
    /// <param name="known">What was open a moment before the first look.</param>
    public async Task RunAsync(
        FeedLook first,
        FeedPosition? since,
        IReadOnlyList<BatchStatus> known,
        CancellationToken cancellationToken
    )
    {
        lastSent = time.GetTimestamp();
        foreach (var status in known)
        {
            open[status.Id] = (status.Version, status.ETag);
        }
        var look =
            since is { } position && !first.IsGap
                ? await TellAsync(first, position, isLast: false, cancellationToken)
                : await TellSnapshotAsync(since is null ? first : null, cancellationToken);
        unread = (await notifications.LookAsync(tenant, null, cancellationToken)).Unread;
        if (since is not null)
        {
            await TellNotificationsAsync(
                await notifications.LookAsync(tenant, since, look.Position, cancellationToken),
                look.Position.ToString(),
                cancellationToken
            );
        }
        while (true)
        {
            if (time.GetElapsedTime(lastSent) > EventStream.KeepAlive)
            {
                // With the position: who was told nothing for an hour still comes back without a gap.
                await stream.WriteCommentAsync(look.Position.ToString(), cancellationToken);
                lastSent = time.GetTimestamp();
            }
            await Task.Delay(BatchWaiter.Interval, time, cancellationToken);
            var next = await feed.NextAsync(tenant, look.Position, open.Keys, cancellationToken);
            if (next.IsGap || open.Count > MostOpen)
            {
                look = await TellSnapshotAsync(null, cancellationToken);
                continue;
            }
            var told = await notifications.LookAsync(
                tenant,
                look.Position,
                next.Position,
                cancellationToken
            );
            look = await TellAsync(next, null, told.Changed.Count == 0, cancellationToken);
            await TellNotificationsAsync(told, next.Position.ToString(), cancellationToken);
        }
    }

    // After the batches, and no further than those were told: an end comes before its notification, and who did not get
    // the last of both comes back from before them all.
    private async Task TellNotificationsAsync(
        NotificationLook look,
        string? id,
        CancellationToken cancellationToken
    )
    {
        if (await NotificationEvents.WriteAsync(stream, look, unread, id, cancellationToken))
        {
            lastSent = time.GetTimestamp();
        }
        unread = look.Unread;
    }

    private async Task<FeedLook> TellSnapshotAsync(
        FeedLook? look,
        CancellationToken cancellationToken
    )
    {
        look ??= await feed.BeginAsync(tenant, cancellationToken);
        open.Clear();
        foreach (var status in look.Changed)
        {
            open[status.Id] = (status.Version, status.ETag);
        }
        await SnapshotAsync(look.Changed, look.Position.ToString(), cancellationToken);
        return look;
    }

    /// <summary>Tells what a look found.</summary>
    /// <param name="look">What is told.</param>
    /// <param name="since">Where the listener comes back from; null for one that was here all the time.</param>
    /// <param name="isLast">Whether nothing else is told of this look.</param>
    /// <param name="cancellationToken">Ends it.</param>
    private async Task<FeedLook> TellAsync(
        FeedLook look,
        FeedPosition? since,
        bool isLast,
        CancellationToken cancellationToken
    )
    {
        var news = since is null ? look.Changed.Where(IsNews).ToList() : look.Changed;
        for (var i = 0; i < news.Count; i++)
        {
            var status = news[i];
            // Only the last has the id: who did not get it comes back from before them all.
            var id = isLast && i == news.Count - 1 ? look.Position.ToString() : null;
            if (!await TryFailuresAsync(status, since, cancellationToken))
            {
                await SnapshotAsync([status], null, cancellationToken);
            }
            var ended = status.State.IsEnded();
            await stream.WriteAsync(
                ended ? "finished" : "progress",
                id,
                status,
                ApiJson.Default.BatchStatus,
                cancellationToken
            );
            lastSent = time.GetTimestamp();
            Remember(status, ended);
        }
        return look;
    }

    private bool IsNews(BatchStatus status) =>
        status.State.IsEnded()
            ? !ends.Contains((status.Id, status.Version))
            : !open.TryGetValue(status.Id, out var told) || told.ETag != status.ETag;

    private void Remember(BatchStatus status, bool ended)
    {
        if (!ended)
        {
            open[status.Id] = (status.Version, status.ETag);
            return;
        }
        open.Remove(status.Id);
        if (ends.Count >= MostEnds)
        {
            ends.Clear();
        }
        ends.Add((status.Id, status.Version));
    }

    // False when there were too many to tell one by one.
    private async Task<bool> TryFailuresAsync(
        BatchStatus status,
        FeedPosition? since,
        CancellationToken cancellationToken
    )
    {
        if (status.Counts.Failed == 0)
        {
            return true;
        }
        var version =
            since is { } position
                ? await feed.VersionAtAsync(tenant, status.Id, position, cancellationToken)
            : open.TryGetValue(status.Id, out var told) ? told.Version
            : 0;
        if (version >= status.Version)
        {
            return true;
        }
        var failures = await items.ReadFailuresSinceAsync(
            tenant,
            status.Id,
            version,
            status.Version,
            MostFailures + 1,
            cancellationToken
        );
        if (failures.Count > MostFailures)
        {
            return false;
        }
        foreach (var failure in failures)
        {
            await stream.WriteAsync(
                "item",
                null,
                json => OutcomeWriter.Write(json, failure, status.Id),
                cancellationToken
            );
        }
        return true;
    }

    private async Task SnapshotAsync(
        IReadOnlyList<BatchStatus> batches,
        string? id,
        CancellationToken cancellationToken
    )
    {
        await stream.WriteAsync(
            "snapshot",
            id,
            new BatchSnapshot(batches),
            ApiJson.Default.BatchSnapshot,
            cancellationToken
        );
        lastSent = time.GetTimestamp();
    }
}
