using Jobs.Notifications;

namespace Jobs.Web.Api;

/// <summary>
/// Tells one listener of a tenant's notifications: woken when there may be some, at most twice a second, and every few
/// seconds in case that a notice was lost. Not thread-safe.
/// </summary>
internal sealed class NotificationListener(
    EventStream stream,
    int tenant,
    NotificationStore notifications,
    NotificationChanges.Watch watch,
    TimeProvider time
)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    private long lastSent;
    private long? told;

    /// <summary>Runs until it is cancelled.</summary>
    /// <param name="look">The first look.</param>
    /// <param name="newest">What a listener gets who knows nothing yet; null for one who comes back.</param>
    public async Task RunAsync(
        NotificationLook look,
        IReadOnlyList<Notification>? newest,
        CancellationToken cancellationToken
    )
    {
        if (newest is not null)
        {
            await SnapshotAsync(look, newest, cancellationToken);
        }
        else
        {
            await TellAsync(look, cancellationToken);
        }
        lastSent = time.GetTimestamp();
        while (true)
        {
            await watch.WaitAsync(Longest, cancellationToken);
            look = await notifications.LookAsync(tenant, look.Position, cancellationToken);
            if (look.IsGap)
            {
                newest = await notifications.ListAsync(
                    tenant,
                    unread: true,
                    null,
                    NotificationStore.MostChanges,
                    cancellationToken
                );
                await SnapshotAsync(look, newest, cancellationToken);
            }
            else
            {
                await TellAsync(look, cancellationToken);
            }
            if (time.GetElapsedTime(lastSent) > EventStream.KeepAlive)
            {
                await stream.WriteCommentAsync(look.Position.ToString(), cancellationToken);
                lastSent = time.GetTimestamp();
            }
            await Task.Delay(BatchWaiter.Interval, time, cancellationToken);
        }
    }

    private async Task SnapshotAsync(
        NotificationLook look,
        IReadOnlyList<Notification> newest,
        CancellationToken cancellationToken
    )
    {
        await stream.WriteAsync(
            "snapshot",
            look.Position.ToString(),
            new NotificationSnapshot(look.Unread, newest),
            ApiJson.Default.NotificationSnapshot,
            cancellationToken
        );
        (told, lastSent) = (look.Unread, time.GetTimestamp());
    }

    private async Task TellAsync(NotificationLook look, CancellationToken cancellationToken)
    {
        if (
            await NotificationEvents.WriteAsync(
                stream,
                look,
                told,
                look.Position.ToString(),
                cancellationToken
            )
        )
        {
            lastSent = time.GetTimestamp();
        }
        told = look.Unread;
    }
}
