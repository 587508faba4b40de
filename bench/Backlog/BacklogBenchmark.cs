using Jobs.Batches;
using Jobs.Bench.Engine;
using Jobs.Bench.Report;

namespace Jobs.Bench.Backlog;

/// <summary>How long a lease takes with a large backlog, beside an almost empty queue, in turns.</summary>
internal static class BacklogBenchmark
{
    private const double MostRatio = 1.5;
    private const int Samples = 400;

    // One chunk, and as many as a worker has slots by default.
    private static readonly int[] Counts = [1, 8];

    private static readonly Variant[] Variants =
    [
        new("one tenant", 1, [Priority.Normal]),
        new("100 tenants", 100, [Priority.Normal]),
        new("three priorities", 1, [Priority.High, Priority.Normal, Priority.Low]),
    ];

    public static async Task<int> RunAsync(string[] args)
    {
        var batches = Arguments.Number(args, 0, 1_000);
        var chunks = Arguments.Number(args, 1, 2);
        var samples = Arguments.Number(args, 2, Samples);
        var plans = args.Contains("--explain", StringComparer.Ordinal);
        await using var server = await BenchDatabase.CreateAsync();
        var rows = new List<IReadOnlyList<string>>();
        var held = true;
        foreach (var variant in Variants)
        {
            await using var empty = await Queue.FillAsync(server, variant, "almost empty", 0, 1);
            await using var shallow = await Queue.FillAsync(
                server,
                variant,
                "one chunk each",
                variant.Queues,
                1
            );
            await using var full = await Queue.FillAsync(
                server,
                variant,
                "backlog",
                batches,
                chunks
            );
            foreach (var count in Counts)
            {
                await MeasureAsync([empty, shallow, full], count, samples);
                foreach (var queue in (Queue[])[empty, shallow, full])
                {
                    var (buffers, plan) = await queue.ExplainAsync(count);
                    var ratio = Percentile(queue, 99) / Percentile(empty, 99);
                    held &= queue != full || ratio <= MostRatio;
                    rows.Add([
                        variant.Name,
                        $"{count}",
                        queue.Name,
                        $"{Percentile(queue, 50):0.00}",
                        $"{Percentile(queue, 99):0.00}",
                        $"{Percentile(queue, 50) / Percentile(empty, 50):0.00}",
                        $"{ratio:0.00}",
                        $"{buffers:N0}",
                    ]);
                    if (plans && queue == full)
                    {
                        Console.WriteLine(
                            $"{variant.Name}, {count} chunks, {queue.Name}:\n{plan}\n"
                        );
                    }
                }
            }
        }
        Console.WriteLine(
            $"a backlog of {batches:N0} batches of {chunks} chunks of 500 items; {samples} leases each; p99 must be at most {MostRatio:0.0} times that of an almost empty queue"
        );
        Markdown.Table(
            ["", "chunks", "queue", "p50 ms", "p99 ms", "p50 ratio", "p99 ratio", "buffers"],
            rows
        );
        return held ? 0 : 1;
    }

    private static async Task MeasureAsync(Queue[] queues, int count, int samples)
    {
        foreach (var queue in queues)
        {
            queue.Times.Clear();
        }
        for (var sample = 0; sample < samples; sample++)
        {
            foreach (var queue in queues)
            {
                queue.Times.Add(await queue.LeaseAsync(count));
            }
        }
    }

    private static double Percentile(Queue queue, int percent)
    {
        var sorted = queue.Times.Order().ToList();
        return sorted[sorted.Count * percent / 100];
    }
}
