using System.Globalization;
using Jobs.Database;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Jobs.Kinds.Cleanup;

/// <summary>
/// Keeps the partitions of items and outcomes: makes those of the coming weeks, and drops those whose week is over
/// and whose batches are all past their retention, which costs the same for one row and for a million. Thread-safe.
/// </summary>
internal sealed class PartitionCleanup(JobsDataSource database, ILogger<PartitionCleanup> log)
{
    private const int WeeksAhead = 3;

    public const string Make = "select jobs.ensure_partitions(now(), $1)";

    /// <summary>Partitions whose range ended a day ago: clocks of submitters may differ by less.</summary>
    public const string Ended = """
        select p.parent, p.name, p.low, p.high
        from (
            select parent.relname as parent, part.relname as name, b[1]::uuid as low, b[2]::uuid as high
            from pg_inherits i
            join pg_class parent on parent.oid = i.inhparent
            join pg_class part on part.oid = i.inhrelid
            cross join lateral regexp_match(
                pg_get_expr(part.relpartbound, part.oid), 'FROM \(''([^'']+)''\) TO \(''([^'']+)''\)') as b
            where i.inhparent in ('jobs.item_pages'::regclass, 'jobs.outcome_pages'::regclass)) p
        where p.high <= jobs.first_id_at(now() - interval '1 day')
        order by p.low
        """;

    /// <summary>The youngest expire last, so they are asked first.</summary>
    public const string StillNeeded = """
        select exists (
            select from (
                select purged_at, expires_at
                from jobs.batches
                where id >= $1 and id < $2
                order by id desc
                offset 0) b
            where b.purged_at is null and (b.expires_at is null or b.expires_at >= now()))
        """;

    public const string Bury = """
        update jobs.batches
        set purged_at = now(), version = version + 1
        where id = any(array(
            select id
            from jobs.batches
            where id >= $1 and id < $2 and purged_at is null and expires_at < now()
            limit $3))
        """;

    public async Task DropAsync(CleanupResult result, CancellationToken ct)
    {
        await using (var make = database.Requests.CreateCommand(Make))
        {
            make.Parameters.Add(new() { Value = WeeksAhead });
            result.PartitionsMade += (int)(await make.ExecuteScalarAsync(ct))!;
        }
        foreach (var partition in await EndedAsync(ct))
        {
            if (await IsNeededAsync(partition, ct))
            {
                continue;
            }
            result.Batches += await Steps.RunAsync(
                database.Requests,
                Bury,
                [partition.Low, partition.High],
                CleanupHandler.StepRows,
                ct
            );
            result.PartitionsDropped += await TryDropAsync(partition, ct) ? 1 : 0;
        }
    }

    private async Task<List<Partition>> EndedAsync(CancellationToken ct)
    {
        var ended = new List<Partition>();
        await using var command = database.Requests.CreateCommand(Ended);
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            ended.Add(
                new Partition(
                    reader.GetString(0),
                    reader.GetString(1),
                    reader.GetGuid(2),
                    reader.GetGuid(3)
                )
            );
        }
        return ended;
    }

    private async Task<bool> IsNeededAsync(Partition partition, CancellationToken ct)
    {
        await using var command = database.Requests.CreateCommand(StillNeeded);
        command.Parameters.Add(new() { Value = partition.Low });
        command.Parameters.Add(new() { Value = partition.High });
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }

    // Detaching locks the parent against everyone, so it gives up rather than make the others queue behind it.
    private async Task<bool> TryDropAsync(Partition partition, CancellationToken ct)
    {
        var drop = string.Create(
            CultureInfo.InvariantCulture,
            $"""
            set local lock_timeout = '200ms';
            alter table jobs."{partition.Parent}" detach partition jobs."{partition.Name}";
            drop table jobs."{partition.Name}";
            """
        );
        await using var connection = await database.Requests.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await using var command = new NpgsqlCommand(drop, connection, transaction);
        try
        {
            await command.ExecuteNonQueryAsync(ct);
            await transaction.CommitAsync(ct);
        }
        catch (PostgresException e)
            when (e.SqlState
                    is PostgresErrorCodes.LockNotAvailable
                        or PostgresErrorCodes.UndefinedTable
            )
        {
            CleanupLog.InUse(log, partition.Name);
            return false;
        }
        CleanupLog.Dropped(log, partition.Name);
        return true;
    }

    // The names are PostgreSQL's own, of tables that only migrations and jobs.ensure_partitions make.
    private sealed record Partition(string Parent, string Name, Guid Low, Guid High);
}
