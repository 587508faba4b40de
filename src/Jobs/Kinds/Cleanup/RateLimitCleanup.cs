using Jobs.Database;
using Jobs.RateLimiting;

namespace Jobs.Kinds.Cleanup;

/// <summary>
/// Deletes shared counters of rate limits that are as if nobody had ever called: they are made again when somebody does.
/// Thread-safe.
/// </summary>
internal sealed class RateLimitCleanup(JobsDataSource database)
{
    public async Task<long> PruneAsync(CancellationToken ct)
    {
        var total = 0L;
        var (policy, subject) = ("", "");
        while (true)
        {
            await using var command = database.Requests.CreateCommand(BudgetStatements.Prune);
            command.Parameters.Add(new() { Value = policy });
            command.Parameters.Add(new() { Value = subject });
            command.Parameters.Add(new() { Value = CleanupHandler.StepRows });
            await using var row = await command.ExecuteReaderAsync(ct);
            if (!await row.ReadAsync(ct))
            {
                return total;
            }
            (policy, subject) = (row.GetString(0), row.GetString(1));
            total += row.GetInt64(2);
        }
    }
}
