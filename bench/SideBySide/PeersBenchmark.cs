using System.Globalization;
using Jobs.Bench.Engine;
using Jobs.Bench.Report;

namespace Jobs.Bench.SideBySide;

/// <summary>The product, its limit and its peers on one PostgreSQL, in turns.</summary>
internal static class PeersBenchmark
{
    private static readonly TimeSpan WarmUpOfSmall = TimeSpan.FromSeconds(5);

    public static async Task<int> RunAsync(string[] args)
    {
        var items = Arguments.Number(args, 0, 100_000);
        var runs = Arguments.Number(args, 1, 3);
        var only = Arguments.Option(args, "--only");
        NodePackages packages;
        try
        {
            packages = await NodePackages.InstallAsync();
        }
        catch (PeersMissingException missing)
        {
            Console.Error.WriteLine(missing.Message);
            return 1;
        }
        await using var database = await BenchDatabase.CreateAsync();
        IContender[] contenders =
        [
            new RawContender(database),
            new ProductContender(database),
            Peer("graphile-worker, batched", "graphile-worker", "graphile_worker", true, 24),
            Peer("graphile-worker", "graphile-worker", "graphile_worker", false, 8),
            Peer("pg-boss, batches of 500", "pg-boss", "pgboss", false, 2),
        ];
        var meter = new Meter(database, await ServerProcesses.FindAsync(database));
        var results = new Results();
        try
        {
            await WarmUpAsync(contenders, items);
            foreach (
                var shape in Shape
                    .All(items)
                    .Where(s => only is null || s.Name.Contains(only, StringComparison.Ordinal))
            )
            {
                for (var run = 1; run <= runs; run++)
                {
                    foreach (
                        var contender in contenders.Where(c => c.HasHandlers || shape.WorkMs == 0)
                    )
                    {
                        var sample = await meter.ThroughputAsync(contender, shape);
                        results.Add(shape, contender, sample);
                        Console.Error.WriteLine(
                            string.Create(
                                CultureInfo.InvariantCulture,
                                $"{shape.Name}, run {run}, {contender.Name}: {sample.Rate:N0}/s"
                            )
                        );
                    }
                }
            }
            var single = Shape.All(items)[0];
            for (var run = 1; run <= runs; run++)
            {
                foreach (var contender in contenders.Where(c => c.HasHandlers))
                {
                    results.Add(contender, await Meter.PickUpAsync(contender, single));
                }
            }
        }
        catch (DeliveryException failure)
        {
            Console.Error.WriteLine($"delivery check failed: {failure.Message}");
            return 1;
        }
        results.Print(contenders, runs);
        if (Arguments.Option(args, "--plot") is { } file)
        {
            await File.WriteAllTextAsync(file, results.Plot(contenders));
        }
        return 0;

        NodeContender Peer(string name, string script, string schema, bool fast, int slots) =>
            new(name, script, schema, fast, slots, packages, database.ConnectionString);
    }

    private static async Task WarmUpAsync(IContender[] contenders, int items)
    {
        (Shape Shape, TimeSpan Time)[] shapes =
        [
            (new("warm-up", 8_000, 1, 8), WarmUpOfSmall),
            (new("warm-up", items, 100), WarmUpOfSmall),
            (new("warm-up", items, 100_000), WarmUp.Enough),
        ];
        foreach (var contender in contenders.Where(c => c is not NodeContender))
        {
            foreach (var (shape, time) in shapes)
            {
                await contender.StartAsync(shape);
                await WarmUp.RunAsync(time, () => contender.RunAsync(shape, shape.Items));
                await contender.StopAsync();
            }
        }
    }
}
