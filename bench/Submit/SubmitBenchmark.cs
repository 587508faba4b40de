using System.Diagnostics;
using Jobs.Bench.Engine;
using Jobs.Bench.Report;
using Jobs.Testing;

namespace Jobs.Bench.Submit;

/// <summary>
/// Batches of one item from many HTTP clients at once, each waiting for its answer: how many are accepted durably. With
/// shared commits, and with a commit for each, in turns on one server.
/// </summary>
internal static class SubmitBenchmark
{
    private const string Path = "/api/v1/batch/queries/async";
    private const string Body = """{"queries":[{"q":"a lighthouse in the rain"}]}""";
    private const string Key = "bench-0123456789-0123456789-0123456789";
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);

    public static async Task<int> RunAsync(string[] args)
    {
        var clients = Arguments.Number(args, 0, 64);
        var seconds = Arguments.Number(args, 1, 10);
        var runs = Arguments.Number(args, 2, 3);
        await using var database = await BenchDatabase.CreateAsync();
        var results = new Dictionary<bool, List<(double Rate, double P50, double P99)>>
        {
            [true] = [],
            [false] = [],
        };
        for (var run = 0; run < runs; run++)
        {
            foreach (var shared in (bool[])[true, false])
            {
                results[shared].Add(await MeasureAsync(database, shared, clients, seconds));
            }
        }
        Console.WriteLine(
            $"\nbatches of one item from {clients} clients, {runs} runs of {seconds} s in turns, the service not executing\n"
        );
        Console.WriteLine("|  | accepted/s | p50 ms | p99 ms |\n| --- | --- | --- | --- |");
        foreach (var (shared, figures) in results)
        {
            Console.WriteLine(
                $"| {(shared ? "shared commits" : "a commit each")} | {Spread.Of(figures.Select(f => f.Rate)).Text("#,0")}"
                    + $" | {Spread.Of(figures.Select(f => f.P50)).Text("0.0")} | {Spread.Of(figures.Select(f => f.P99)).Text("0.0")} |"
            );
        }
        var ratio =
            Spread.Of(results[true].Select(f => f.Rate)).Median
            / Spread.Of(results[false].Select(f => f.Rate)).Median;
        Console.WriteLine(FormattableString.Invariant($"\nratio {ratio:0.00}"));
        return 0;
    }

    private static async Task<(double Rate, double P50, double P99)> MeasureAsync(
        BenchDatabase database,
        bool shared,
        int count,
        int seconds
    )
    {
        var folder = Directory.CreateTempSubdirectory("jobs-bench-").FullName;
        var port = HostProcess.FreePort();
        using var web = HostProcess.Start(
            "Web",
            folder,
            ("ConnectionStrings__Jobs", database.ConnectionString),
            ("Jobs__AdminKey", Key),
            ("Jobs__Engine__Enabled", "false"),
            ("Jobs__RateLimits__Enabled", "false"),
            ("Jobs__Batches__SharedCommits", shared ? "true" : "false"),
            ("Serilog__MinimumLevel__Default", "Warning"),
            ("ASPNETCORE_URLS", $"http://127.0.0.1:{port}")
        );
        await ReadyAsync(port);
        var clients = Enumerable
            .Range(0, count)
            .Select(_ => new KeepAliveClient(Path, Key, Body))
            .ToList();
        await Task.WhenAll(clients.Select(c => c.ConnectAsync(port)));
        await LoadAsync(clients, WarmUp);
        var before = await database.ScalarAsync<long>("select count(*) from jobs.batches");
        var watch = Stopwatch.StartNew();
        var times = await LoadAsync(clients, TimeSpan.FromSeconds(seconds));
        var elapsed = watch.Elapsed;
        var stored = await database.ScalarAsync<long>("select count(*) from jobs.batches") - before;
        clients.ForEach(c => c.Dispose());
        await web.KillAsync(CancellationToken.None);
        Directory.Delete(folder, recursive: true);
        if (stored != times.Count)
        {
            throw new InvalidOperationException($"{times.Count} accepted and {stored} stored.");
        }
        await database.ExecuteAsync("truncate jobs.batches, jobs.chunks, jobs.item_pages cascade");
        times.Sort();
        return (
            times.Count / elapsed.TotalSeconds,
            times[times.Count / 2],
            times[(int)(times.Count * 0.99)]
        );
    }

    private static async Task<List<double>> LoadAsync(List<KeepAliveClient> clients, TimeSpan time)
    {
        var end = Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency);
        var each = await Task.WhenAll(
            clients.Select(client =>
                Task.Run(async () =>
                {
                    var times = new List<double>();
                    while (Stopwatch.GetTimestamp() < end)
                    {
                        var began = Stopwatch.GetTimestamp();
                        if (await client.SendAsync() is not 202 and var status)
                        {
                            throw new InvalidOperationException($"The answer was {status}.");
                        }
                        times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                    }
                    return times;
                })
            )
        );
        return [.. each.SelectMany(t => t)];
    }

    private static async Task ReadyAsync(int port)
    {
        using var http = new HttpClient();
        var address = new Uri($"http://127.0.0.1:{port}/health/ready");
        while (true)
        {
            try
            {
                using var answer = await http.GetAsync(address);
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }
    }
}
