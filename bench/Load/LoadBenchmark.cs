using System.Globalization;
using System.Net.Http.Headers;
using Jobs.Bench.Engine;
using Jobs.Bench.Report;
using Jobs.Testing;

namespace Jobs.Bench.Load;

/// <summary>
/// The service under a mix of all that callers do, over HTTP: at a steady rate, in bursts, and for long. Prints a score
/// card, and compares its ratios with those that are stored.
/// </summary>
internal static class LoadBenchmark
{
    private const string Key = "bench-0123456789-0123456789-0123456789";
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
        await using var database = await BenchDatabase.CreateAsync();
        var folder = Directory.CreateTempSubdirectory("jobs-bench-").FullName;
        var address = new Uri($"http://127.0.0.1:{HostProcess.FreePort()}");
        using var web = HostProcess.Start(
            "Web",
            folder,
            ("ConnectionStrings__Jobs", database.ConnectionString),
            ("Jobs__AdminKey", Key),
            ("Jobs__RateLimits__Enabled", "false"),
            // As they are by default: the tests that share this start have them shorter.
            ("Jobs__Engine__LeaseTime", "00:00:30"),
            ("Jobs__Engine__PollInterval", "00:00:05"),
            ("Serilog__MinimumLevel__Default", "Warning"),
            ("ASPNETCORE_URLS", address.ToString())
        );
        await web.SignInLinkAsync(CancellationToken.None);
        using var client = Client(address);
        var traffic = new Traffic(client, database);
        await traffic.PrepareAsync();
        await new OpenLoop(traffic, new Scenario("warm-up", 50, 50, WarmUp)).RunAsync();
        var cards = new List<ScoreCard>();
        foreach (var scenario in scenarios)
        {
            var footprint = new Footprint(web.Id, database);
            using var done = new CancellationTokenSource();
            var watching = footprint.WatchAsync(scenario.Duration, done.Token);
            var result = await new OpenLoop(traffic, scenario).RunAsync();
            var drained = await traffic.DrainAsync();
            await done.CancelAsync();
            await watching;
            cards.Add(new(scenario, result, drained, footprint));
        }
        var lost = await traffic.LostAsync();
        await web.KillAsync(CancellationToken.None);
        Directory.Delete(folder, recursive: true);

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

    private static HttpClient Client(Uri address)
    {
        var handler = new SocketsHttpHandler { MaxConnectionsPerServer = 256 };
        var client = new HttpClient(handler)
        {
            BaseAddress = address,
            Timeout = TimeSpan.FromSeconds(60),
        };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Key);
        return client;
    }
}
