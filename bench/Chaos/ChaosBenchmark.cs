using System.Diagnostics;
using System.Globalization;
using Jobs.Testing;
using Jobs.Testing.Chaos;

namespace Jobs.Bench.Chaos;

/// <summary>
/// Much work on several worker processes while the system is maltreated: prints what was done to it and which laws were
/// looked at; fails when one was broken.
/// </summary>
internal static class ChaosBenchmark
{
    private const int LargestBatch = 100_000;
    private const int SingleItems = 20;

    // Of what the workers could do at once, for what is lost to the blows.
    private const double Use = 0.5;

    public static async Task<int> RunAsync(string[] args)
    {
        var items = Argument(args, 0, 500_000);
        var seconds = Argument(args, 1, 60);
        var seed = Argument(args, 2, Environment.TickCount & 0xFFFFFF);
        Console.WriteLine($"./bench/run chaos {items} {seconds} {seed}");
        var random = new Random(seed);
        // However much is broken, it ends.
        using var limit = new CancellationTokenSource(
            TimeSpan.FromMinutes(10) + TimeSpan.FromSeconds(10 * seconds)
        );
        try
        {
            await RunAsync(items, seconds, random, limit.Token);
            Console.WriteLine("no law was broken");
            return 0;
        }
        catch (LawBrokenException e)
        {
            Console.WriteLine($"A LAW WAS BROKEN: {e.Message}");
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            Console.WriteLine("A LAW WAS BROKEN: the work did not end.");
        }
        return 1;
    }

    private static async Task RunAsync(
        int items,
        int seconds,
        Random random,
        CancellationToken cancellationToken
    )
    {
        using var folder = new TestFolder();
        await using var server = await ChaosServer.StartAsync(folder.Location, cancellationToken);
        await using var caller = await EngineHost.StartIdleAsync(
            server.ConnectionString,
            new EngineHostOptions(),
            cancellationToken
        );
        await using var receiver = await Receiver.StartAsync(200, cancellationToken);
        await using var workers = new ChaosWorkers(server, folder, random);
        var run = new ChaosRun(caller, ChaosWorkers.LeaseTime, random, Console.WriteLine);
        var milliseconds = (int)(ChaosWorkers.AtOnce * seconds * 1000.0 * Use / items);
        for (var left = items; left > 0; left -= run.Batches[^1].Items.Count)
        {
            var count = left <= SingleItems ? 1 : random.Next(1, LargestBatch);
            await run.SubmitAsync(Math.Min(count, left), milliseconds, receiver, cancellationToken);
        }
        Console.WriteLine(
            $"{items:N0} items of {milliseconds} ms in {run.Batches.Count} batches, {ChaosWorkers.Count} workers"
        );

        var started = Stopwatch.GetTimestamp();
        var blows = workers.Draw(seconds);
        await run.RunAsync(blows, workers.HealAsync, cancellationToken);
        await run.Laws.WebhooksAsync(run.Batches, receiver, cancellationToken);
        Console.WriteLine($"done in {Stopwatch.GetElapsedTime(started).TotalSeconds:0} s");
        foreach (var (name, times) in blows.CountBy(b => b.Name).OrderByDescending(b => b.Value))
        {
            Console.WriteLine($"{times, 5} times {name}");
        }
        Console.WriteLine(
            """
            every look: counts add up, in the batch and page by page; one webhook for each end, none before
            at the last blow: all leases ended within the lease time and 5 s
            at the end: each item has exactly one outcome, the right one; each webhook was delivered once
            """
        );
    }

    private static int Argument(string[] args, int index, int otherwise) =>
        args.Length > index ? int.Parse(args[index], CultureInfo.InvariantCulture) : otherwise;
}
