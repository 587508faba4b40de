using System.Diagnostics;
using System.Globalization;
using Jobs.Bench.Report;

namespace Jobs.Bench.Engine;

/// <summary>
/// What the triggers on batches cost the engine: with all of them, without those that count for statistics, and without
/// those that write notifications, in turns on one database.
/// </summary>
internal static class TriggersBenchmark
{
    private const int BatchItems = 500;
    private const int Submitters = 8;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(2);

    private static readonly (string Name, string[] Off)[] Ways =
    [
        ("all triggers", []),
        ("no tallies", ["batches_tally_submitted", "batches_tally_changed"]),
        ("no notifications", ["batches_notified_submitted", "batches_notified"]),
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
            foreach (var (name, off) in Ways.Skip((run + 3) % 3).Concat(Ways.Take((run + 3) % 3)))
            {
                foreach (var trigger in off)
                {
                    await database.ExecuteAsync(
                        $"alter table jobs.batches disable trigger {trigger}"
                    );
                }
                var large = await RateAsync(database, product, items, items / 2);
                var middle = await RateAsync(database, product, items, BatchItems);
                var single = await RateAsync(database, product, singles, 1);
                foreach (var trigger in off)
                {
                    await database.ExecuteAsync(
                        $"alter table jobs.batches enable trigger {trigger}"
                    );
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
