using System.Diagnostics;
using System.Globalization;
using Jobs.Bench.Report;

namespace Jobs.Bench.Engine;

/// <summary>
/// What the triggers on batches cost the engine, and the index of those that started: with all of them, without those that
/// count for statistics, without those that write notifications, and without the index, in turns on one database.
/// </summary>
internal static class TriggersBenchmark
{
    private const int BatchItems = 500;
    private const int Submitters = 8;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(2);

    private const string Index =
        "create index batches_started on jobs.batches (tenant_id, started_at, id) where started_at is not null and purged_at is null";

    private static readonly (string Name, string[] Off, string[] On)[] Ways =
    [
        ("all", [], []),
        Without("no tallies", "batches_tally_submitted", "batches_tally_changed"),
        Without("no notifications", "batches_notified_submitted", "batches_notified"),
        ("no index of starts", ["drop index jobs.batches_started"], [Index]),
    ];

    public static async Task<int> RunAsync(string[] args)
    {
        var items = Arguments.Number(args, 0, 200_000);
        var singles = Arguments.Number(args, 1, 5_000);
        var runs = Arguments.Number(args, 2, 5);
        await using var database = await BenchDatabase.CreateAsync();
        await using var product = await Product.StartAsync(database.ConnectionString);
        var measured = Ways.ToDictionary(
            w => w.Name,
            _ => new List<double[]>(),
            StringComparer.Ordinal
        );
        for (var run = -2; run < runs; run++)
        {
            // Each goes first as often as the others.
            var first = (run + Ways.Length) % Ways.Length;
            foreach (var (name, off, on) in Ways.Skip(first).Concat(Ways.Take(first)))
            {
                foreach (var statement in off)
                {
                    await database.ExecuteAsync(statement);
                }
                var large = await RateAsync(database, product, items, items / 2);
                var middle = await RateAsync(database, product, items, BatchItems);
                var single = await RateAsync(database, product, singles, 1);
                foreach (var statement in on)
                {
                    await database.ExecuteAsync(statement);
                }
                // What a minute's fold does.
                await database.ExecuteAsync("truncate jobs.batch_tallies, jobs.notifications");
                if (run >= 0)
                {
                    measured[name].Add([large, middle, single]);
                }
            }
        }
        Markdown.Table(
            ["", $"items/s, batches of {items / 2:N0}", $"batches of {BatchItems}", "batches of 1"],
            measured.Select(m =>
                (IReadOnlyList<string>)
                    [m.Key, Middle(m.Value, 0), Middle(m.Value, 1), Middle(m.Value, 2)]
            )
        );
        return 0;
    }

    private static (string, string[], string[]) Without(
        string name,
        params IReadOnlyList<string> triggers
    ) =>
        (
            name,
            [.. triggers.Select(t => $"alter table jobs.batches disable trigger {t}")],
            [.. triggers.Select(t => $"alter table jobs.batches enable trigger {t}")]
        );

    private static async Task<double> RateAsync(
        BenchDatabase database,
        Product product,
        int items,
        int batchItems
    )
    {
        var watch = Stopwatch.StartNew();
        await product.SubmitAsync("noop", items, batchItems, Submitters);
        while (
            await database.ScalarAsync<bool>(
                "select exists(select from jobs.batches b where b.finished_at is null)"
            )
        )
        {
            await Task.Delay(Look, TimeProvider.System);
        }
        return items / watch.Elapsed.TotalSeconds;
    }

    private static string Middle(List<double[]> runs, int column)
    {
        var values = runs.Select(r => r[column]).Order().ToList();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{values[values.Count / 2]:N0} ({values[0]:N0}–{values[^1]:N0})"
        );
    }
}
