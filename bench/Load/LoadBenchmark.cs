using System.Globalization;
using Jobs.Bench.Engine;
using Jobs.Bench.Report;

namespace Jobs.Bench.Load;

/// <summary>
/// The service under a mix of all that callers do, over HTTP: at a steady rate, in bursts, and for long. Prints a score
/// card, and compares its ratios with those that are stored.
/// </summary>
internal static class LoadBenchmark
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);

    public static async Task<int> RunAsync(string[] args)
    {
        var chosen = args.FirstOrDefault(a => !a.StartsWith("--", StringComparison.Ordinal));
        var scenarios = Scenario
            .Of(
                int.Parse(Arguments.Option(args, "--rate") ?? "80", CultureInfo.InvariantCulture),
                int.Parse(Arguments.Option(args, "--seconds") ?? "20", CultureInfo.InvariantCulture)
            )
            .Where(s => chosen is null or "all" || s.Name == chosen)
            .ToList();
        if (scenarios.Count == 0)
        {
            Console.Error.WriteLine(
                $"load: there is no scenario '{chosen}'; they are steady, burst and soak, or all"
            );
            return 2;
        }
        if (Arguments.Option(args, "--url") is { } url)
        {
            if (Arguments.Option(args, "--key") is not { } key)
            {
                Console.Error.WriteLine(
                    "load: --url wants --key, of a tenant that nobody else uses"
                );
                return 2;
            }
            using var client = WebProcess.Connect(new Uri(url), key);
            return await RunAsync(client, new MetricsFootprint(client), scenarios, args);
        }
        await using var database = await BenchDatabase.CreateAsync();
        await using var web = await WebProcess.StartAsync(database.ConnectionString);
        return await RunAsync(web.Client, new ProcessFootprint(web.Id, database), scenarios, args);
    }

    private static async Task<int> RunAsync(
        HttpClient client,
        IFootprintSource source,
        IReadOnlyList<Scenario> scenarios,
        string[] args
    )
    {
        client.Timeout = TimeSpan.FromSeconds(60);
        var traffic = new Traffic(client);
        await traffic.PrepareAsync();
        await new OpenLoop(traffic, new Scenario("warm-up", 50, 50, WarmUp)).RunAsync();
        var cards = new List<ScoreCard>();
        foreach (var scenario in scenarios)
        {
            var footprint = new Footprint(source);
            var items = traffic.Items;
            using var done = new CancellationTokenSource();
            var watching = footprint.WatchAsync(scenario.Duration, done.Token);
            var result = await new OpenLoop(traffic, scenario).RunAsync();
            var drained = await traffic.DrainAsync();
            await done.CancelAsync();
            await watching;
            cards.Add(new(scenario, result, traffic.Items - items, drained, footprint));
        }
        var lost = await traffic.LostAsync();

        Console.WriteLine();
        ScoreCard.Print(cards);
        Console.WriteLine(
            lost.Count == 0
                ? $"{traffic.Items:N0} items submitted, each with one outcome"
                : $"LOST: {string.Join("; ", lost.Take(10))}"
        );
        var regressed = StoredRatios.Compare(cards, update: args.Contains("--update"));
        return lost.Count == 0 && !regressed && cards.TrueForAll(c => c.Passed) ? 0 : 1;
    }
}
