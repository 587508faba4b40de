using System.Globalization;
using Jobs.Bench.Engine;
using Jobs.Bench.Report;
using Jobs.Monitoring.Telemetry;
using Microsoft.Extensions.DependencyInjection;

namespace Jobs.Bench.Metrics;

/// <summary>What being measured costs the engine: the same items, with and without somebody who collects, in turns.</summary>
internal static class MeasuredEngineBenchmark
{
    private const int BatchItems = 100_000;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    public static async Task<int> RunAsync(string[] args)
    {
        var items = Arguments.Number(args, 0, 200_000);
        var runs = Arguments.Number(args, 1, 7);
        await using var database = await BenchDatabase.CreateAsync();
        // Compiled, warm, and not counted.
        await MeasureAsync(database, items, measured: false);
        await MeasureAsync(database, items, measured: true);
        var (with, without) = (new List<double>(), new List<double>());
        for (var run = 0; run < runs; run++)
        {
            // Whoever is first has it otherwise the next time.
            foreach (var measured in (bool[])[run % 2 == 0, run % 2 != 0])
            {
                (measured ? with : without).Add(await MeasureAsync(database, items, measured));
            }
        }
        var (on, off) = (Spread.Of(with), Spread.Of(without));
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{items:N0} no-op items, {runs} runs in turns: {on.Text("N0")} items/s measured and read every second, {off.Text("N0")} not measured; ratio {on.Median / off.Median:0.000}"
            )
        );
        return 0;
    }

    // A host each: who listens to a meter hears all of the process that have its name.
    private static async Task<double> MeasureAsync(BenchDatabase database, int items, bool measured)
    {
        await using var product = await Product.StartAsync(
            database.ConnectionString,
            working: true,
            measured ? services => services.AddCaching().AddMonitoring() : null
        );
        using var done = new CancellationTokenSource();
        var reading = measured
            ? ReadAsync(product.Get<ServiceTelemetry>(), done.Token)
            : Task.CompletedTask;
        await product.RunAsync(items, BatchItems);
        var elapsed = await product.RunAsync(items, BatchItems);
        await done.CancelAsync();
        await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return items / elapsed.TotalSeconds;
    }

    private static async Task ReadAsync(
        ServiceTelemetry telemetry,
        CancellationToken cancellationToken
    )
    {
        using var timer = new PeriodicTimer(Interval);
        do
        {
            await telemetry.ReadAsync(cancellationToken);
        } while (await timer.WaitForNextTickAsync(cancellationToken));
    }
}
