using Jobs.Notifications;

namespace Jobs.Web.Api;

/// <summary>Notifications as events: on a stream of their own, and among those of batches.</summary>
internal static class NotificationEvents
{
    /// <summary>Writes what a look found: each that is new and unread, and the number of unread ones where it changed.</summary>
    /// <param name="told">The number that the listener knows; null for none.</param>
    /// <param name="id">Of the last event; null for none.</param>
    /// <returns>Whether there was anything to tell.</returns>
    public static async Task<bool> WriteAsync(
        EventStream stream,
        NotificationLook look,
        long? told,
        string? id,
        CancellationToken cancellationToken
    )
    {
        var news = look.Changed.Where(n => n.ReadAt is null).ToList();
        var isChanged = look.Unread != told || look.Changed.Count > 0;
        foreach (var notification in news)
        {
            await stream.WriteAsync(
                "notification",
                null,
                new NewNotification(notification, look.Unread),
                ApiJson.Default.NewNotification,
                cancellationToken
            );
        }
        if (isChanged)
        {
            // Only the last has the id: who did not get it comes back from before them all.
            await stream.WriteAsync(
                "unread",
                id,
                new UnreadAnswer(look.Unread),
                ApiJson.Default.UnreadAnswer,
                cancellationToken
            );
        }
        return isChanged;
    }
}
