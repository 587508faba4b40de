using Jobs.Batches;
using Jobs.Database;
using Jobs.Engine;
using Npgsql;
using NpgsqlTypes;

namespace Jobs.Notifications;

/// <summary>The notifications of a tenant. Whether one is read is the tenant's, not a key's. Thread-safe.</summary>
public sealed class NotificationStore(JobsDataSource database, Notices notices)
{
    /// <summary>Changes that a look tells one by one; more are a gap.</summary>
    public const int MostChanges = 500;

    /// <summary>Newest first, those before an id.</summary>
    public async Task<IReadOnlyList<Notification>> ListAsync(
        int tenantId,
        bool unread,
        long? before,
        int limit,
        CancellationToken cancellationToken
    )
    {
        await using var command = Command(
            unread ? NotificationStatements.ListUnread : NotificationStatements.List,
            tenantId,
            before ?? long.MaxValue,
            limit
        );
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<Notification>();
        while (await row.ReadAsync(cancellationToken))
        {
            found.Add(NotificationRows.Read(row)!);
        }
        return found;
    }

    /// <summary>How many are unread.</summary>
    public async Task<long> CountAsync(int tenantId, CancellationToken cancellationToken)
    {
        await using var command = Command(NotificationStatements.Count, tenantId);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Marks one as read; false when the tenant has no such notification.</summary>
    public async Task<bool> ReadAsync(int tenantId, long id, CancellationToken cancellationToken)
    {
        await using var command = Command(NotificationStatements.Read, tenantId, id);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        if (row.GetBoolean(1))
        {
            notices.SendNotifications(tenantId);
        }
        return row.GetBoolean(0);
    }

    /// <summary>Marks all as read that there are.</summary>
    public async Task ReadAllAsync(int tenantId, CancellationToken cancellationToken)
    {
        await using var command = Command(NotificationStatements.ReadAll, tenantId);
        if (await command.ExecuteNonQueryAsync(cancellationToken) > 0)
        {
            notices.SendNotifications(tenantId);
        }
    }

    /// <summary>What changed since a position; null for nothing but the number of unread ones.</summary>
    public Task<NotificationLook> LookAsync(
        int tenantId,
        FeedPosition? since,
        CancellationToken cancellationToken
    ) => LookAsync(tenantId, since, null, cancellationToken);

    /// <summary>What changed since a position and until another one; null for the present.</summary>
    public async Task<NotificationLook> LookAsync(
        int tenantId,
        FeedPosition? since,
        FeedPosition? until,
        CancellationToken cancellationToken
    )
    {
        await using var command = Command(NotificationStatements.Look, tenantId);
        command.Parameters.Add(Of(since?.Snapshot, NpgsqlDbType.Text));
        command.Parameters.Add(Of(since?.At, NpgsqlDbType.TimestampTz));
        command.Parameters.Add(new() { Value = MostChanges });
        command.Parameters.Add(Of(until?.Snapshot, NpgsqlDbType.Text));
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        var position = new FeedPosition(row.GetFieldValue<DateTimeOffset>(8), row.GetString(7));
        var unread = row.GetInt64(9);
        var isGap = row.GetBoolean(10) || position.At - since?.At > BatchFeed.Memory;
        var changed = new List<Notification>();
        do
        {
            if (NotificationRows.Read(row) is { } notification)
            {
                changed.Add(notification);
            }
        } while (await row.ReadAsync(cancellationToken));
        return new NotificationLook(
            position,
            unread,
            changed,
            isGap || changed.Count == MostChanges
        );
    }

    private NpgsqlCommand Command(string sql, params ReadOnlySpan<object> values)
    {
        var command = database.Requests.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }
        return command;
    }

    private static NpgsqlParameter Of(object? value, NpgsqlDbType type) =>
        new() { Value = value ?? DBNull.Value, NpgsqlDbType = type };
}

/// <summary>What a look at a tenant's notifications found.</summary>
/// <param name="Position">Where the next look goes on.</param>
/// <param name="Unread">How many are unread.</param>
/// <param name="Changed">Those that were written or read, as they are now.</param>
/// <param name="IsGap">Whether there is more than is told.</param>
public sealed record NotificationLook(
    FeedPosition Position,
    long Unread,
    IReadOnlyList<Notification> Changed,
    bool IsGap
);
