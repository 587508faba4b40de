using Jobs.Database;

namespace Jobs.Kinds.Cleanup;

/// <summary>Deletes idempotency keys that are past their day. Thread-safe.</summary>
internal sealed class IdempotencyCleanup(JobsDataSource database)
{
    public const string Purge = """
        delete from jobs.idempotency_keys
        where ctid = any(array(
            select ctid
            from jobs.idempotency_keys
            where expires_at <= now()
            order by expires_at
            limit $1
            for update skip locked))
        """;

    public Task<long> PurgeAsync(CancellationToken ct) =>
        Steps.RunAsync(database.Requests, Purge, [], CleanupHandler.StepRows, ct);
}
