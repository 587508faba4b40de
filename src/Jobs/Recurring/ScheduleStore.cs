using Jobs.Auditing;
using Jobs.Caching;
using Jobs.Database;
using Jobs.Engine;
using Npgsql;
using NpgsqlTypes;

namespace Jobs.Recurring;

/// <summary>The schedules of a tenant, for their owner. Thread-safe.</summary>
/// <param name="cache">Where lists of them are kept, in a process that does so.</param>
public sealed class ScheduleStore(
    JobsDataSource database,
    WorkSignal signal,
    CacheStore? cache = null
)
{
    /// <summary>What kept lists of a tenant's schedules carry: a change removes them before it is answered.</summary>
    public const string CacheTag = "schedules";

    /// <summary>By name.</summary>
    public async Task<IReadOnlyList<Schedule>> ListAsync(
        int tenantId,
        CancellationToken cancellationToken
    ) =>
        await ReadAsync(
            Command(ScheduleStoreStatements.List, tenantId),
            ScheduleRows.ReadSchedule,
            cancellationToken
        );

    /// <summary>Null when the tenant has no such schedule.</summary>
    public async Task<Schedule?> GetAsync(
        int tenantId,
        string name,
        CancellationToken cancellationToken
    ) =>
        (
            await ReadAsync(
                Command(ScheduleStoreStatements.Get, tenantId, name),
                ScheduleRows.ReadSchedule,
                cancellationToken
            )
        ).FirstOrDefault();

    /// <summary>The items of each of its batches, a JSON value a line; null when there is no such schedule.</summary>
    public async Task<string?> ItemsAsync(
        int tenantId,
        string name,
        CancellationToken cancellationToken
    )
    {
        await using var command = Command(ScheduleStoreStatements.Items, tenantId, name);
        return (string?)await command.ExecuteScalarAsync(cancellationToken);
    }

    /// <summary>Its last runs, newest first, from before one on.</summary>
    public async Task<IReadOnlyList<ScheduleRun>> RunsAsync(
        int tenantId,
        string name,
        long? before,
        int limit,
        CancellationToken cancellationToken
    ) =>
        await ReadAsync(
            Command(ScheduleStoreStatements.Runs, tenantId, name, before ?? long.MaxValue, limit),
            row => ScheduleRows.ReadRun(row, 0)!,
            cancellationToken
        );

    /// <summary>Creates or replaces a schedule.</summary>
    public async Task<PutResult> PutAsync(
        ScheduleDefinition schedule,
        CancellationToken cancellationToken
    )
    {
        var tenantId = schedule.Batch.TenantId;
        await using var connection = await database.Requests.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var locking = With(
            new(ScheduleStoreStatements.LockTenant, connection),
            tenantId
        );
        await locking.ExecuteNonQueryAsync(cancellationToken);
        var (now, others) = await OthersAsync(connection, schedule, cancellationToken);
        if (others >= ScheduleLimits.PerTenant)
        {
            return PutResult.TooMany;
        }
        await using var put = With(
            new(ScheduleStoreStatements.Put, connection),
            tenantId,
            schedule.Name,
            schedule.Cron.Text,
            schedule.Zone.Id,
            schedule.Batch.Kind.Name,
            (short)schedule.Batch.Priority,
            schedule.Items,
            ScheduleOptions.Of(schedule.Batch).ToJson(),
            schedule.Enabled,
            schedule.MissedTicks.ToName(),
            schedule.Cron.Next(schedule.Zone, now)
        );
        put.Parameters[7].NpgsqlDbType = NpgsqlDbType.Text;
        var created = (bool)(await put.ExecuteScalarAsync(cancellationToken))!;
        await AuditAct.EnterAsync(connection, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        await ForgetListsAsync(tenantId);
        signal.Announce(scheduled: true);
        return created ? PutResult.Created : PutResult.Replaced;
    }

    /// <summary>Pauses it, or lets it go on from its next tick; false when there is no such schedule.</summary>
    public async Task<bool> SetEnabledAsync(
        int tenantId,
        string name,
        bool enabled,
        CancellationToken cancellationToken
    )
    {
        if (!enabled)
        {
            return await ChangeAsync(
                ScheduleStoreStatements.Pause,
                tenantId,
                cancellationToken,
                name
            );
        }
        if (
            await GetAsync(tenantId, name, cancellationToken) is not { } schedule
            || !CronLine.TryParse(schedule.Cron, out var cron, out _)
            || !TimeZones.TryFind(schedule.TimeZone, out var zone)
        )
        {
            return false;
        }
        await using var clock = Command("select clock_timestamp()");
        var now = new DateTimeOffset(
            (DateTime)(await clock.ExecuteScalarAsync(cancellationToken))!
        );
        var resumed = await ChangeAsync(
            ScheduleStoreStatements.Enable,
            tenantId,
            cancellationToken,
            name,
            cron.Next(zone, now)
        );
        signal.Announce(scheduled: true);
        return resumed;
    }

    /// <summary>Deletes it with its history; its batches stay. False when there is no such schedule.</summary>
    public Task<bool> DeleteAsync(int tenantId, string name, CancellationToken cancellationToken) =>
        ChangeAsync(ScheduleStoreStatements.Delete, tenantId, cancellationToken, name);

    private static async Task<(DateTimeOffset Now, int Others)> OthersAsync(
        NpgsqlConnection connection,
        ScheduleDefinition schedule,
        CancellationToken cancellationToken
    )
    {
        await using var command = With(
            new(ScheduleStoreStatements.Others, connection),
            schedule.Batch.TenantId,
            schedule.Name
        );
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return (row.GetFieldValue<DateTimeOffset>(0), row.GetInt32(1));
    }

    private NpgsqlCommand Command(string sql, params ReadOnlySpan<object> values) =>
        With(database.Requests.CreateCommand(sql), values);

    private static NpgsqlCommand With(NpgsqlCommand command, params ReadOnlySpan<object> values)
    {
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }
        return command;
    }

    private async Task<bool> ChangeAsync(
        string sql,
        int tenantId,
        CancellationToken cancellationToken,
        params object[] values
    )
    {
        var changed = await database.Requests.ChangeAsync(
            async connection =>
            {
                await using var command = With(new(sql, connection), [tenantId, .. values]);
                return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
            },
            changed => changed,
            cancellationToken
        );
        await ForgetListsAsync(tenantId);
        return changed;
    }

    // Whoever called may be gone: what was changed is changed.
    private ValueTask ForgetListsAsync(int tenantId) =>
        cache?.RemoveByTagAsync(tenantId, [CacheTag], CancellationToken.None) ?? default;

    private static async Task<List<T>> ReadAsync<T>(
        NpgsqlCommand command,
        Func<NpgsqlDataReader, T> read,
        CancellationToken cancellationToken
    )
    {
        await using (command)
        {
            await using var row = await command.ExecuteReaderAsync(cancellationToken);
            var found = new List<T>();
            while (await row.ReadAsync(cancellationToken))
            {
                found.Add(read(row));
            }
            return found;
        }
    }
}
