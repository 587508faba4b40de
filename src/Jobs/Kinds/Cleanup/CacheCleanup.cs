using Jobs.Database;

namespace Jobs.Kinds.Cleanup;

/// <summary>Deletes cache entries whose ten minutes of expiry are over. Thread-safe.</summary>
internal sealed class CacheCleanup(JobsDataSource database)
{
    public const string Purge = """
        delete from jobs.cache_entries
        where ctid = any(array(
            select ctid
            from jobs.cache_entries
            where expires_bucket < floor(extract(epoch from now()) / 600)::int
            limit $1
            for update skip locked))
        """;

    public Task<long> PurgeAsync(CancellationToken ct) =>
        Steps.RunAsync(database.Requests, Purge, [], CleanupHandler.StepRows, ct);
}
