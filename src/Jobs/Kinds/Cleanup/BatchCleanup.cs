using Jobs.Database;

namespace Jobs.Kinds.Cleanup;

/// <summary>
/// Turns batches past their retention into tombstones, whose ids answer "gone", and deletes old tombstones.
/// Thread-safe.
/// </summary>
internal sealed class BatchCleanup(JobsDataSource database)
{
    /// <summary>How long a tombstone stands.</summary>
    public static readonly TimeSpan TombstoneRetention = TimeSpan.FromDays(30);

    private const int BatchesPerStep = 100;

    public const string Expired = """
        select id
        from jobs.batches
        where purged_at is null and expires_at < now()
        order by expires_at
        limit $1
        """;

    // Readers of a batch that is being purged must see that it is gone, and not a part of its outcomes. One that was
    // retried meanwhile lives.
    public const string Bury = """
        update jobs.batches
        set purged_at = now(), version = version + 1
        where id = any($1) and purged_at is null and expires_at < now()
        returning id
        """;

    public const string DeleteItems = """
        delete from jobs.item_pages
        where batch_id = any($1)
          and (batch_id, page) in (select batch_id, page from jobs.item_pages where batch_id = any($1) limit $2)
        """;

    public const string DeleteOutcomes = """
        delete from jobs.outcome_pages
        where batch_id = any($1)
          and (batch_id, page, version, part) in (
            select batch_id, page, version, part from jobs.outcome_pages where batch_id = any($1) limit $2)
        """;

    public const string DeleteTombstones = """
        delete from jobs.batches
        where id = any(array(
            select id
            from jobs.batches
            where purged_at < now() - $1
            order by purged_at
            limit $2))
        """;

    public async Task PurgeAsync(CleanupResult result, CancellationToken ct)
    {
        while (await FindAsync(ct) is { Length: > 0 } found)
        {
            var expired = await BuryAsync(found, ct);
            result.Batches += expired.Length;
            result.Pages += await Steps.RunAsync(
                database.Requests,
                DeleteItems,
                [expired],
                CleanupHandler.StepRows,
                ct
            );
            result.Pages += await Steps.RunAsync(
                database.Requests,
                DeleteOutcomes,
                [expired],
                CleanupHandler.StepRows,
                ct
            );
        }
        result.Tombstones += await Steps.RunAsync(
            database.Requests,
            DeleteTombstones,
            [TombstoneRetention],
            CleanupHandler.StepRows,
            ct
        );
    }

    private Task<Guid[]> FindAsync(CancellationToken ct) => IdsAsync(Expired, BatchesPerStep, ct);

    private Task<Guid[]> BuryAsync(Guid[] found, CancellationToken ct) => IdsAsync(Bury, found, ct);

    private async Task<Guid[]> IdsAsync(string statement, object value, CancellationToken ct)
    {
        var found = new List<Guid>(BatchesPerStep);
        await using var command = database.Requests.CreateCommand(statement);
        command.Parameters.Add(new() { Value = value });
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            found.Add(reader.GetGuid(0));
        }
        return [.. found];
    }
}
