using Jobs.Caching;
using Jobs.Caching.Shared;
using Jobs.Database;

namespace Jobs.Kinds.Cleanup;

/// <summary>
/// Deletes cache entries whose ten minutes of expiry are over, and what was noted of removals once nothing can be older
/// than it. Thread-safe.
/// </summary>
internal sealed class CacheCleanup(JobsDataSource database, CacheStatistics statistics)
{
    /// <summary>Longer than the longest life of an entry.</summary>
    private static readonly TimeSpan MarkRetention = TimeSpan.FromDays(15);

    /// <summary>Longer than a source may take whose value is still written.</summary>
    private static readonly TimeSpan PrefixRetention = 2 * SharedDatabase.MostFillTime;

    /// <summary>How long messages about removals can be looked at.</summary>
    private static readonly TimeSpan MessageRetention = TimeSpan.FromDays(7);

    /// <summary>Says how many rows there were of which namespace, and how many of them were values.</summary>
    public const string Purge = """
        with purged as (
            delete from jobs.cache_entries
            where ctid = any(array(
                select ctid
                from jobs.cache_entries
                where expires_bucket < floor(extract(epoch from now()) / 600)::int
                limit $1
                for update skip locked))
            returning split_part(key, ':', 1) as namespace, expires_at > '-infinity' as is_value
        )
        select namespace, count(*), count(*) filter (where is_value) from purged group by namespace
        """;

    public const string PurgeRemovals = """
        delete from jobs.cache_removals
        where id = any(array(
            select id
            from (select id, at from jobs.cache_removals order by id limit $2) oldest
            where at < now() - $1::interval
            order by id))
        """;

    public const string PurgeMarks = """
        delete from jobs.cache_marks
        where tag = any(array(
            select tag
            from jobs.cache_marks
            where at < now() - $1::interval
            order by at
            limit $2
            for update skip locked))
        """;

    public const string PurgeFills = """
        delete from jobs.cache_fills
        where ctid = any(array(
            select ctid from jobs.cache_fills where until < now() limit $1 for update skip locked))
        """;

    /// <summary>Of what the former prefixes hide, what was written while it was being deleted.</summary>
    public const string PurgeHidden = """
        delete from jobs.cache_entries
        where ctid = any(array(
            select e.ctid
            from jobs.cache_prefixes p
            join jobs.cache_entries e
                on e.tenant_id = p.tenant_id and e.key >= p.prefix and e.key ^@ p.prefix and e.filled_at < p.at
            where p.at < now() - $1::interval
            limit $2
            for update of e skip locked))
        """;

    public const string PurgePrefixes = """
        delete from jobs.cache_prefixes p
        where p.at < now() - $1::interval
            and not exists (
                select from jobs.cache_entries e
                where e.tenant_id = p.tenant_id and e.key >= p.prefix and e.key ^@ p.prefix and e.filled_at < p.at)
        """;

    public const string PurgeMessages = """
        delete from jobs.webhook_deliveries
        where ctid = any(array(
            select ctid
            from jobs.webhook_deliveries
            where body is not null and created_at < now() - $1::interval
            order by created_at
            limit $2
            for update skip locked))
        """;

    public async Task PurgeAsync(CleanupResult result, CancellationToken ct)
    {
        result.CacheEntries = await PurgeEntriesAsync(ct);
        result.CacheRemovals =
            await RunAsync(PurgeRemovals, [RemovalLog.Retention], ct)
            + await RunAsync(PurgeMarks, [MarkRetention], ct)
            + await RunAsync(PurgeFills, [], ct);
        result.CacheEntries += await RunAsync(PurgeHidden, [PrefixRetention], ct);
        await using (var prefixes = database.Requests.CreateCommand(PurgePrefixes))
        {
            prefixes.Parameters.Add(new() { Value = PrefixRetention });
            result.CacheRemovals += await prefixes.ExecuteNonQueryAsync(ct);
        }
        result.Messages = await RunAsync(PurgeMessages, [MessageRetention], ct);
    }

    private async Task<long> PurgeEntriesAsync(CancellationToken cancellationToken)
    {
        var total = 0L;
        long step;
        do
        {
            step = 0;
            await using var command = database.Requests.CreateCommand(Purge);
            command.Parameters.Add(new() { Value = CleanupHandler.StepRows });
            await using var row = await command.ExecuteReaderAsync(cancellationToken);
            while (await row.ReadAsync(cancellationToken))
            {
                statistics.Of(row.GetString(0)).SharedExpired(row.GetInt64(2));
                step += row.GetInt64(1);
            }
            total += step;
        } while (step == CleanupHandler.StepRows);
        return total;
    }

    private Task<long> RunAsync(string sql, IReadOnlyList<object> values, CancellationToken ct) =>
        Steps.RunAsync(database.Requests, sql, values, CleanupHandler.StepRows, ct);
}
