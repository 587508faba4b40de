using Jobs.Database;
using Jobs.Kinds.Cleanup;
using Jobs.Kinds.Queries.Frequent;

namespace Jobs.Kinds.Queries.Index;

/// <summary>What cleanup does for the index: whatever its keeper in the workers did not come to. Thread-safe.</summary>
internal sealed class IndexCleanup(JobsDataSource database, SearchIndex index, SegmentMerger merger)
{
    /// <summary>Takes documents in that are not in the index; returns how many.</summary>
    public Task<int> CatchUpAsync(CancellationToken cancellationToken) =>
        index.CatchUpAsync(cancellationToken);

    /// <summary>Merges the segments of every tenant; returns how many were merged.</summary>
    public async Task<int> MergeAsync(CancellationToken cancellationToken)
    {
        var merged = 0;
        foreach (var tenantId in await TenantsAsync(cancellationToken))
        {
            merged += await merger.MergeAsync(tenantId, cancellationToken);
        }
        return merged;
    }

    /// <summary>Forgets which searches were asked more than a day ago; returns how many rows went.</summary>
    public Task<long> PurgeAskedAsync(CancellationToken cancellationToken) =>
        Steps.RunAsync(
            database.Requests,
            FrequentSql.Purge,
            [],
            CleanupHandler.StepRows,
            cancellationToken
        );

    private async Task<List<int>> TenantsAsync(CancellationToken ct)
    {
        var tenants = new List<int>();
        await using var read = database.Requests.CreateCommand(IndexSql.Tenants);
        await using var row = await read.ExecuteReaderAsync(ct);
        while (await row.ReadAsync(ct))
        {
            tenants.Add(row.GetInt32(0));
        }
        return tenants;
    }
}
