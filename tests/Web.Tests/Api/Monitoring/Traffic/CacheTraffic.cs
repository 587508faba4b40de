using Jobs.CrashHost;
using Jobs.Testing;
using Npgsql;

namespace Jobs.Web.Tests.Api.Monitoring.Traffic;

/// <summary>Everything that can happen in a cache, one thing after another. Not thread-safe.</summary>
internal sealed class CacheTraffic(
    EngineTraffic engine,
    TestDatabase database,
    MeasuredProcess worker,
    Ledger ledger
)
{
    private const string Memory = "tier=\"memory\"";
    private const string Shared = "tier=\"shared\"";

    /// <summary>How the cache of the worker must be for what follows.</summary>
    public static readonly (string, string)[] Settings =
    [
        ("Jobs__Cache__MaxEntries", "50"),
        ("Jobs__Cache__MaxValueBytes", "65536"),
        ("Jobs__Cache__MaxBytes", "131072"),
        ("Jobs__Cache__Jitter", "0"),
        ("Jobs__Cache__Patience", "00:00:30"),
        ("Jobs__Cache__PollInterval", "00:00:01"),
        ("Jobs__Cache__Namespaces__brief__Ttl", "00:00:00.001"),
        ("Jobs__Cache__Namespaces__stale__Ttl", "00:00:00.001"),
        ("Jobs__Cache__Namespaces__stale__Stale", "01:00:00"),
    ];

    public async Task RunAsync(CancellationToken ct)
    {
        await worker.LoggedAsync("The shared cache is there", ct);
        await FullAsync(ct);
        await AskedAsync(ct);
        await StaleAsync(ct);
        await AwayAsync(ct);
        await FlushedAsync(ct);
    }

    // More values than there may be, and more bytes.
    private async Task FullAsync(CancellationToken ct)
    {
        await ActAsync(
            CacheAct.Ask,
            "crowd",
            [.. Enumerable.Range(0, 60).Select(n => $"n{n}")],
            ct
        );
        New("crowd", 60);
        Evicted("crowd", "entries", 10);
        await ActAsync(CacheAct.Clear, "crowd", [], ct);
        Evicted("crowd", "removed", 50);
        // Two of 56 KB go into the 128 that there are.
        await engine.CacheAsync(
            new CacheItem(CacheAct.Ask, "bulk", ["a", "b", "c", "d"], Characters: 28_000),
            ct
        );
        New("bulk", 4);
        Evicted("bulk", "bytes", 2);
        await ActAsync(CacheAct.Clear, "bulk", [], ct);
        Evicted("bulk", "removed", 2);
    }

    private async Task AskedAsync(CancellationToken ct)
    {
        await ActAsync(CacheAct.Ask, "traffic", ["a", "a", "b"], ct);
        New("traffic", 2);
        Asked("traffic", 1, "result=\"hit\"", Memory);
        await ActAsync(CacheAct.AskInVain, "traffic", ["v"], ct);
        Asked("traffic", 1, "result=\"miss\"");
        Filled("traffic", 1);
        ledger.Add("jobs_cache_fill_failures_total", 1, "namespace=\"traffic\"");
        await ActAsync(CacheAct.Look, "traffic", ["a", "nothing"], ct);
        Asked("traffic", 1, "result=\"hit\"", Memory);
        Asked("traffic", 1, "result=\"miss\"");
        await ActAsync(CacheAct.SetElsewhere, "traffic", ["e"], ct);
        Sets("traffic", memory: 0, shared: 1);
        await ActAsync(CacheAct.Look, "traffic", ["e"], ct);
        Asked("traffic", 1, "result=\"hit\"", Shared);
        await ActAsync(CacheAct.Ask, "traffic", ["e"], ct);
        Asked("traffic", 1, "result=\"hit\"", Shared);
        Sets("traffic", memory: 1, shared: 0);
        await ActAsync(CacheAct.Set, "traffic", ["c"], ct);
        Sets("traffic", memory: 1, shared: 1);
        // Whoever is first: this, or what tells other processes to forget what they had.
        await ActAsync(CacheAct.Remove, "traffic", ["b", "c"], ct);
        Evicted("traffic", "removed", 2);
        await ActAsync(CacheAct.Ask, "brief", ["x"], ct);
        New("brief", 1);
        await ActAsync(CacheAct.Look, "brief", ["x"], ct);
        Asked("brief", 1, "result=\"miss\"");
        Evicted("brief", "expired", 1);
    }

    private async Task StaleAsync(CancellationToken ct)
    {
        await ActAsync(CacheAct.Ask, "stale", ["s"], ct);
        New("stale", 1);
        await worker.ScrapeAsync(ledger.IsReached, ct);
        // It is answered, and refreshed: with what the database has, then with what the source gives.
        await ActAsync(CacheAct.Ask, "stale", ["s"], ct);
        Asked("stale", 1, "result=\"stale\"", Memory);
        Filled("stale", 1);
        Sets("stale", memory: 2, shared: 1);
        Evicted("stale", "replaced", 2);
        await worker.ScrapeAsync(ledger.IsReached, ct);
        await ActAsync(CacheAct.Look, "stale", ["s"], ct);
        Asked("stale", 1, "result=\"stale\"", Memory);
        await ActAsync(CacheAct.SetElsewhere, "stale", ["t"], ct);
        Sets("stale", memory: 0, shared: 1);
        await ActAsync(CacheAct.Look, "stale", ["t"], ct);
        Asked("stale", 1, "result=\"stale\"", Shared);
    }

    // The database does not answer the cache: it goes on without.
    private async Task AwayAsync(CancellationToken ct)
    {
        await using (var connection = await database.DataSource.Requests.OpenConnectionAsync(ct))
        {
            await using var transaction = await connection.BeginTransactionAsync(ct);
            await using var locking = new NpgsqlCommand(
                "lock table jobs.cache_entries in access exclusive mode",
                connection
            );
            await locking.ExecuteNonQueryAsync(ct);
            await ActAsync(CacheAct.Ask, "traffic", ["z"], ct);
            Asked("traffic", 1, "result=\"miss\"");
            Filled("traffic", 1);
            Sets("traffic", memory: 1, shared: 0);
            ledger.Add("jobs_cache_shared_failures_total", 1);
        }
        await ActAsync(CacheAct.Remove, "traffic", ["z"], ct);
        Evicted("traffic", "removed", 1);
    }

    // The tables of the cache are new, as after a crash of PostgreSQL.
    private async Task FlushedAsync(CancellationToken ct)
    {
        await database.ScalarAsync<int>("update jobs.cache_epoch set id = gen_random_uuid()", ct);
        Evicted("traffic", "flushed", 2);
        Evicted("stale", "flushed", 1);
        await worker.ScrapeAsync(ledger.IsReached, ct);
    }

    private Task ActAsync(
        CacheAct act,
        string space,
        IReadOnlyList<string> names,
        CancellationToken ct
    ) => engine.CacheAsync(new CacheItem(act, space, names), ct);

    // Names that neither tier has, and whose source gives a value.
    private void New(string space, int count)
    {
        Asked(space, count, "result=\"miss\"");
        Filled(space, count);
        Sets(space, memory: count, shared: count);
    }

    private void Asked(string space, int count, params string[] labels) =>
        ledger.Add("jobs_cache_requests_total", count, [$"namespace=\"{space}\"", .. labels]);

    private void Filled(string space, int count) =>
        ledger.Add("jobs_cache_fills_total", count, $"namespace=\"{space}\"");

    private void Sets(string space, int memory, int shared)
    {
        if (memory > 0)
        {
            ledger.Add("jobs_cache_sets_total", memory, $"namespace=\"{space}\"", Memory);
        }
        if (shared > 0)
        {
            ledger.Add("jobs_cache_sets_total", shared, $"namespace=\"{space}\"", Shared);
        }
    }

    private void Evicted(string space, string cause, int count) =>
        ledger.Add(
            "jobs_cache_evictions_total",
            count,
            $"namespace=\"{space}\"",
            $"cause=\"{cause}\"",
            Memory
        );
}
