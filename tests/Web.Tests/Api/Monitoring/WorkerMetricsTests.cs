using Jobs.Testing;
using Jobs.Web.Tests.Api.Monitoring.Traffic;
using Microsoft.Extensions.DependencyInjection;

namespace Jobs.Web.Tests.Api.Monitoring;

/// <summary>The worker host in a process of its own, and the port on which it serves its metrics.</summary>
public sealed class WorkerMetricsTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_worker_serves_its_metrics_and_nothing_else()
    {
        using var folder = new TestFolder();
        await using var database = await TestDatabase.CreateAsync(migrated: true, Stop);
        await using var caller = await EngineHost.StartIdleAsync(
            database,
            new EngineHostOptions
            {
                Services = s => s.AddKind<WorkHandler>("query").AddKind<WorkHandler>("cleanup"),
            },
            Stop
        );
        await RowsAsync(database);
        using var worker = MeasuredProcess.Start("Worker", folder, database);
        // Before it knows what was removed the cache forgets what it keeps, and counts that.
        await worker.LoggedAsync("The shared cache is there", Stop);
        await SubmitAsync(
            caller,
            "query",
            """{"q":"one"}""",
            """{"q":"two"}""",
            """{"q":"three"}"""
        );
        await SubmitAsync(caller, "cleanup", """{"targets":["cache"]}""");

        var scrape = await worker.ScrapeAsync(
            s =>
                s.Sum("jobs_items_total", "kind=\"query\"") >= 3
                && s.Sum("jobs_items_total", "kind=\"cleanup\"") >= 1,
            Stop
        );

        scrape.Sum("jobs_items_total", "kind=\"query\"", "outcome=\"succeeded\"").ShouldBe(3);
        scrape.Sum("jobs_workers").ShouldBe(1);
        scrape.Sum("jobs_database_up").ShouldBe(1);
        scrape.Sum("jobs_http_requests_total").ShouldBe(0);
        // Values whose time was over, by their namespaces; not rows that only kept out what was removed.
        string Shared(string space) =>
            Scrape.Key(["cause=\"expired\"", $"namespace=\"{space}\"", "tier=\"shared\""]);
        scrape
            .Of("jobs_cache_evictions_total")
            .ShouldBe(
                new SortedDictionary<string, double>(StringComparer.Ordinal)
                {
                    [Shared("content")] = 3,
                    [Shared("analytics")] = 2,
                }
            );
        foreach (var path in (string[])["/", "/health", "/api/v1/system/metrics", "/metrics/x"])
        {
            (await worker.StatusAsync(path, Stop)).ShouldBe(404, path);
        }
    }

    [Fact]
    public async Task Without_a_port_in_its_configuration_a_worker_listens_nowhere()
    {
        using var folder = new TestFolder();
        await using var database = await TestDatabase.CreateAsync(migrated: true, Stop);
        using var worker = MeasuredProcess.Start(
            "Worker",
            folder,
            database,
            ("Jobs__Telemetry__WorkerPort", "0")
        );
        await worker.LoggedAsync(" started with ", Stop);

        await Should.ThrowAsync<HttpRequestException>(() => worker.StatusAsync("/metrics", Stop));
        worker.Process.Everything.ShouldNotContain(l =>
            l.Contains("Metrics are served", StringComparison.Ordinal)
        );
    }

    private static Task<int> RowsAsync(TestDatabase database) =>
        database.ScalarAsync<int>(
            """
            insert into jobs.cache_entries (tenant_id, key, value, expires_at, expires_bucket)
            select 2, k.key, 'x', k.at, 1
            from (values ('content:a', now()), ('content:b', now()), ('content:~user:c', now()), ('analytics:a', now()),
                ('analytics:b', now()), ('content:removed', '-infinity'::timestamptz)) k (key, at)
            """,
            Stop
        );

    private static async Task SubmitAsync(EngineHost caller, string name, params string[] items)
    {
        caller.Get<Jobs.Kinds.KindRegistry>().TryGet(name, out var kind).ShouldBeTrue();
        await caller.SubmitAsync(
            items,
            Stop,
            new Jobs.Batches.BatchDraft(EngineHost.Tenant, kind!)
        );
    }
}
