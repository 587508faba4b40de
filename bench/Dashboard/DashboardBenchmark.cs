using System.Diagnostics;
using Jobs.Bench.Engine;
using Jobs.Bench.Report;
using Jobs.Database;
using Jobs.Monitoring;
using Jobs.Monitoring.Samples;
using Jobs.Monitoring.Tallies;
using Microsoft.Extensions.Options;

namespace Jobs.Bench.Dashboard;

/// <summary>How long the dashboard's data takes over HTTP, where there are many items, each answer computed anew.</summary>
internal static class DashboardBenchmark
{
    private const int ItemsOfBatch = 100;
    private const int Asked = 100;
    private const double MostMilliseconds = 200;

    // Ended over most of a day, one of ten with failures; the pages are what a batch of that size has.
    private const string Fill = """
        with made as (
            insert into jobs.batches (
                id, tenant_id, kind, priority, state, total, succeeded, failed, max_attempts, item_timeout_ms,
                submitted_at, started_at, finished_at, expires_at)
            select (substr(jobs.first_id_at(x.at)::text, 1, 24) || lpad(to_hex(n), 12, '0'))::uuid, t.id, 'query', n % 3,
                'completed', $2, $2 - f.failed, f.failed, 3, 60000, x.at, x.at, x.at + interval '1 second',
                x.at + interval '30 days'
            from generate_series(1, $1) n
            cross join lateral (select now() - interval '20 hours' * (n::float8 / $1) as at) x
            cross join lateral (select case when n % 10 = 0 then 3 else 0 end as failed) f
            cross join (select id from jobs.tenants where name = 'default') t
            returning id, submitted_at)
        insert into jobs.item_pages (batch_id, page, first, count, items)
        select id, 0, 0, $2, repeat('{"q":"a lamp"}' || chr(10), $2) from made
        """;

    public static async Task<int> RunAsync(string[] args)
    {
        var items = Arguments.Number(args, 0, 10_000_000);
        await using var database = await BenchDatabase.CreateAsync();
        await using var web = await WebProcess.StartAsync(
            database.ConnectionString,
            // Each is asked as if nobody had before.
            ("Jobs__Features__Caching", "false")
        );
        // What ended yesterday counts for yesterday, and not for the first hour that is not made yet.
        await database.ExecuteAsync(
            "update jobs.metric_rollups set until = now() - interval '10 days'"
        );
        await using (var fill = database.Raw.CreateCommand(Fill))
        {
            fill.CommandTimeout = 0;
            fill.Parameters.Add(new() { Value = items / ItemsOfBatch });
            fill.Parameters.Add(new() { Value = ItemsOfBatch });
            await fill.ExecuteNonQueryAsync();
        }
        await database.ExecuteAsync("analyze jobs.batches");
        await FoldAsync(database);
        var rows = new List<(string Path, double P50, double P99)>();
        foreach (
            var path in (string[])
                [
                    "/api/v1/dashboard/metrics",
                    "/api/v1/dashboard/activity?limit=50",
                    "/api/v1/dashboard/statistics?bucket=hour",
                    "/api/v1/dashboard/statistics?bucket=120",
                ]
        )
        {
            rows.Add(await MeasureAsync(web.Client, path));
        }
        Console.WriteLine(
            $"\n{items:N0} items in {items / ItemsOfBatch:N0} batches of one tenant, all of the last day; {Asked} requests each, one after the other, nothing cached\n"
        );
        Markdown.Table(
            ["endpoint", "p50 ms", "p99 ms"],
            rows.Select(r =>
                (IReadOnlyList<string>)
                    [
                        $"`{r.Path}`",
                        FormattableString.Invariant($"{r.P50:0.0}"),
                        FormattableString.Invariant($"{r.P99:0.0}"),
                    ]
            )
        );
        return rows.TrueForAll(r => r.P99 < MostMilliseconds) ? 0 : 1;
    }

    // As every minute, and every five minutes: the service does it, and the bench does not wait for it.
    private static async Task FoldAsync(BenchDatabase database)
    {
        await using var source = new JobsDataSource(database.ConnectionString);
        var fold = new TallyFold(source);
        await fold.RunAsync(CancellationToken.None);
        await new SampleRollup(source, fold, Options.Create(new MetricsOptions())).RunAsync(
            CancellationToken.None
        );
    }

    private static async Task<(string Path, double P50, double P99)> MeasureAsync(
        HttpClient client,
        string path
    )
    {
        var times = new List<double>();
        // The first ones compile the service's code.
        for (var i = -10; i < Asked; i++)
        {
            var started = Stopwatch.GetTimestamp();
            using var answer = await client.GetAsync(new Uri(path, UriKind.Relative));
            answer.EnsureSuccessStatusCode();
            await answer.Content.CopyToAsync(Stream.Null);
            if (i >= 0)
            {
                times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }
        }
        times.Sort();
        return (path, times[times.Count / 2], times[(int)((times.Count - 1) * 0.99)]);
    }
}
