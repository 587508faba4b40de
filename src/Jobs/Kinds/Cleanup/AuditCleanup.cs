using Jobs.Auditing;
using Jobs.Database;
using Microsoft.Extensions.Options;

namespace Jobs.Kinds.Cleanup;

/// <summary>Deletes entries of the audit that are past their retention, by the one way that the database allows. Thread-safe.</summary>
internal sealed class AuditCleanup(JobsDataSource database, IOptions<AuditOptions> options)
{
    public async Task<long> PruneAsync(CancellationToken ct)
    {
        var total = 0L;
        int step;
        do
        {
            await using var command = database.Requests.CreateCommand(AuditStatements.Prune);
            command.Parameters.Add(new() { Value = options.Value.Retention });
            command.Parameters.Add(new() { Value = CleanupHandler.StepRows });
            step = (int)(await command.ExecuteScalarAsync(ct))!;
            total += step;
        } while (step >= CleanupHandler.StepRows);
        return total;
    }
}
