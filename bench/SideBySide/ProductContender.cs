using System.Collections.Concurrent;
using System.Diagnostics;
using Jobs.Bench.Engine;

namespace Jobs.Bench.SideBySide;

/// <summary>The product as it is deployed, with its default options.</summary>
internal sealed class ProductContender(BenchDatabase database) : IContender
{
    private static readonly TimeSpan SettledPoll = TimeSpan.FromMilliseconds(2);
    private Product? product;

    public string Name => "Jobs";

    public string DatabaseSchema => "jobs";

    public bool HasHandlers => true;

    public int Factor(Shape shape) => shape.BatchItems >= 10_000 ? 5 : 1;

    public async Task StartAsync(Shape shape)
    {
        // Before there is a worker: it would lock the same tables in another order.
        await database.ExecuteAsync(
            "truncate jobs.batches, jobs.item_pages, jobs.outcome_pages, jobs.chunks cascade"
        );
        product = await Product.StartAsync(database.ConnectionString);
    }

    public async Task<Work> RunAsync(Shape shape, int items)
    {
        var executed = new ExecutionCount(items, shape.BatchItems);
        NoOpHandler.Observer = executed.Add;
        var before = await CountAsync();
        var busy = WaitHandler.Busy;
        var cpu = Environment.CpuUsage.TotalTime;
        var watch = Stopwatch.StartNew();
        await product!.SubmitAsync(
            shape.WorkMs > 0 ? "wait" : "noop",
            items,
            shape.BatchItems,
            shape.Submitters
        );
        await executed.All;
        while (await database.ScalarAsync<bool>("select exists (select from jobs.chunks)"))
        {
            await Task.Delay(SettledPoll, TimeProvider.System);
        }
        var elapsed = watch.Elapsed;
        cpu = Environment.CpuUsage.TotalTime - cpu;
        NoOpHandler.Observer = null;
        Check(executed, items, before, await CountAsync());
        return new Work(elapsed, cpu, (WaitHandler.Busy - busy).TotalMilliseconds / items);
    }

    public async Task<IReadOnlyList<double>> PickUpAsync(int jobs)
    {
        var started = new ConcurrentDictionary<Guid, long>();
        NoOpHandler.Observer = item => started[item.BatchId] = Stopwatch.GetTimestamp();
        var latencies = new List<double>();
        for (var job = 0; job < jobs; job++)
        {
            var begin = Stopwatch.GetTimestamp();
            var id = await product!.SubmitOneAsync("{}");
            await product.FinishedAsync(id);
            latencies.Add(Stopwatch.GetElapsedTime(begin, started[id]).TotalMilliseconds);
        }
        NoOpHandler.Observer = null;
        return latencies;
    }

    public async Task StopAsync()
    {
        await product!.DisposeAsync();
        product = null;
    }

    private async Task<(long Settled, long Outcomes)> CountAsync() =>
        (
            await database.ScalarAsync<long>(
                "select coalesce(sum(succeeded), 0) from jobs.batches where state = 'completed' and succeeded = total"
            ),
            await database.ScalarAsync<long>(
                "select coalesce(sum(succeeded), 0) from jobs.outcome_pages"
            )
        );

    private void Check(
        ExecutionCount executed,
        int items,
        (long Settled, long Outcomes) before,
        (long Settled, long Outcomes) after
    )
    {
        var settled = after.Settled - before.Settled;
        var outcomes = after.Outcomes - before.Outcomes;
        if (executed.Wrong > 0 || settled != items || outcomes != items)
        {
            throw new DeliveryException(
                $"{Name}: {executed.Wrong} of {items} items not executed exactly once, {settled} counted as done, {outcomes} outcomes."
            );
        }
    }
}
