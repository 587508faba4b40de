using System.Text.Json;
using Jobs.Database;
using Jobs.Kinds.CacheWarming;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Jobs.Kinds.Queries.Frequent;

/// <summary>
/// Which searches a tenant has asked most in the last day, over all processes, and their answers in the cache.
/// Thread-safe.
/// </summary>
internal sealed class FrequentQueries(
    JobsDataSource database,
    QueryCounts counts,
    CachedSearch search,
    IOptions<SearchOptions> options,
    TimeProvider time
)
{
    // A search that was asked less often in a day is answered when it is asked.
    private const int LeastTimes = 3;

    // Of a tenant: at once, and in an hour.
    private const int MostAtOnce = 50;
    private const int MostInHour = 500;

    /// <summary>Writes what this process has counted; where that fails, nothing of it is lost.</summary>
    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        var taken = counts.Take(MostAtOnce);
        if (taken.Count == 0)
        {
            return;
        }
        try
        {
            await using var add = database.Requests.CreateCommand(FrequentSql.Add);
            Add(add, taken.Select(t => t.TenantId).ToArray());
            Add(add, taken.Select(t => t.Name).ToArray());
            Add(add, taken.Select(t => Payload(t.Request)).ToArray());
            Add(add, taken.Select(t => t.Times).ToArray());
            Add(add, MostInHour);
            await add.ExecuteNonQueryAsync(cancellationToken);
        }
        catch
        {
            foreach (var (tenantId, name, request, times) in taken)
            {
                counts.Add(tenantId, name, request, times);
            }
            throw;
        }
    }

    /// <summary>The most frequent searches of a tenant, the most frequent first.</summary>
    public async Task<IReadOnlyList<SearchRequest>> ReadAsync(
        int tenantId,
        int most,
        CancellationToken cancellationToken
    )
    {
        var requests = new List<SearchRequest>();
        await using var read = database.Requests.CreateCommand(FrequentSql.Most);
        Add(read, tenantId);
        Add(read, most);
        Add(read, LeastTimes);
        await using var row = await read.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            var payload = JsonSerializer.Deserialize(
                row.GetString(0),
                QueryJson.Default.QueryPayload
            );
            requests.Add(payload!.ToSearch());
        }
        return requests;
    }

    /// <summary>Answers the most frequent searches of a tenant into the cache, whatever it has of them.</summary>
    public async Task<FrequentResult> WarmAsync(
        int tenantId,
        int? most,
        TimeSpan? ttl,
        IReadOnlyList<string> tags,
        CancellationToken cancellationToken
    )
    {
        var started = time.GetTimestamp();
        var requests = await ReadAsync(tenantId, most ?? options.Value.Frequent, cancellationToken);
        var warmed = await search.RenewAsync(tenantId, requests, ttl, tags, cancellationToken);
        var elapsed = Math.Round(time.GetElapsedTime(started).TotalMilliseconds, 2);
        return new FrequentResult(requests.Count, warmed, elapsed);
    }

    /// <summary>Takes tenants whose answers are to be renewed; each is this process's for a while.</summary>
    public async Task<IReadOnlyList<int>> TakeAsync(
        TimeSpan lease,
        int most,
        CancellationToken cancellationToken
    )
    {
        var tenants = new List<int>();
        await using var take = database.Requests.CreateCommand(FrequentSql.Take);
        Add(take, CachedSearch.Tag);
        Add(take, options.Value.WarmDelay);
        Add(take, options.Value.MostWarmDelay);
        Add(take, lease);
        Add(take, most);
        await using var row = await take.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            tenants.Add(row.GetInt32(0));
        }
        return tenants;
    }

    /// <summary>A tenant's answers are new; they are due before the first of them can be old.</summary>
    public async Task WarmedAsync(int tenantId, bool any, CancellationToken cancellationToken)
    {
        await using var done = database.Requests.CreateCommand(
            any ? FrequentSql.Warmed : FrequentSql.Forget
        );
        Add(done, tenantId);
        if (any)
        {
            Add(done, search.RenewalInterval);
        }
        await done.ExecuteNonQueryAsync(cancellationToken);
    }

    private static string Payload(SearchRequest request) =>
        JsonSerializer.Serialize(QueryPayload.Of(request), QueryJson.Default.QueryPayload);

    private static void Add<T>(NpgsqlCommand command, T value) =>
        command.Parameters.Add(new NpgsqlParameter<T> { TypedValue = value });
}
