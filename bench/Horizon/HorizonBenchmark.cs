using Jobs.Bench.Backlog;
using Jobs.Bench.Engine;
using Jobs.Bench.Report;
using Jobs.Bench.SideBySide;

namespace Jobs.Bench.Horizon;

/// <summary>
/// Throughput while a transaction stays open that sees all row versions since the start, so that none of the dead ones
/// can be removed; in turns with the same run without it.
/// </summary>
internal static class HorizonBenchmark
{
    private const double LeastRatio = 0.9;
    private const int Runs = 3;

    public static async Task<int> RunAsync(string[] args)
    {
        Shape[] shapes =
        [
            new("batches of 100,000", Arguments.Number(args, 0, 500_000), 100_000),
            new("batches of 1", Arguments.Number(args, 1, 20_000), 1, 8),
        ];
        await using var database = await BenchDatabase.CreateAsync();
        var product = new ProductContender(database);
        await product.StartAsync(shapes[0]);
        await WarmUp.RunAsync(WarmUp.Enough, () => product.RunAsync(shapes[0], shapes[0].Items));
        await product.StopAsync();
        var rows = new List<IReadOnlyList<string>>();
        var held = true;
        foreach (var shape in shapes)
        {
            var free = new List<double>();
            var pinned = new List<double>();
            var buffers = new List<double>();
            var pinnedBuffers = new List<double>();
            for (var run = 1; run <= Runs; run++)
            {
                await product.StartAsync(shape);
                free.Add(await RateAsync(product, shape));
                buffers.Add(await BuffersAsync(database));
                await product.StopAsync();
                await product.StartAsync(shape);
                var (rate, pinnedAtEnd) = await PinnedAsync(database, product, shape);
                pinned.Add(rate);
                pinnedBuffers.Add(pinnedAtEnd);
                await product.StopAsync();
                Console.Error.WriteLine(
                    $"{shape.Name}, run {run}: {free[^1]:N0}/s, pinned {pinned[^1]:N0}/s"
                );
            }
            var ratio = Spread.Of(pinned).Median / Spread.Of(free).Median;
            held &= ratio >= LeastRatio;
            rows.Add([
                shape.Name,
                $"{shape.Items:N0}",
                Spread.Of(free).Text("N0"),
                Spread.Of(pinned).Text("N0"),
                $"{ratio:0.00}",
                Spread.Of(buffers).Text("N0"),
                Spread.Of(pinnedBuffers).Text("N0"),
            ]);
        }
        Console.WriteLine($"{Runs} runs in turns; the ratio must be at least {LeastRatio:0.0}");
        Markdown.Table(
            [
                "",
                "items",
                "items/s",
                "items/s, horizon pinned",
                "ratio",
                "buffers of a lease",
                "pinned",
            ],
            rows
        );
        return held ? 0 : 1;
    }

    private static async Task<double> RateAsync(ProductContender product, Shape shape) =>
        shape.Items / (await product.RunAsync(shape, shape.Items)).Elapsed.TotalSeconds;

    // What the lease of an idle worker reads when all is done: dead entries that it must pass are in it.
    private static async Task<long> BuffersAsync(BenchDatabase database)
    {
        await using var probe = await LeaseProbe.OpenAsync(database);
        return (await probe.ExplainAsync(1)).Buffers;
    }

    private static async Task<(double Rate, long Buffers)> PinnedAsync(
        BenchDatabase database,
        ProductContender product,
        Shape shape
    )
    {
        // A reader that forgot to commit: its snapshot holds the horizon, and so does its transaction id.
        await using var connection = await database.Raw.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync(
            System.Data.IsolationLevel.RepeatableRead
        );
        await using (var snapshot = connection.CreateCommand())
        {
            snapshot.CommandText = "select pg_current_xact_id()";
            await snapshot.ExecuteScalarAsync();
        }
        var rate = await RateAsync(product, shape);
        var buffers = await BuffersAsync(database);
        await transaction.RollbackAsync();
        return (rate, buffers);
    }
}
