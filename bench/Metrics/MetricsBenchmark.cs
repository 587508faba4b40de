using System.Diagnostics;
using System.Globalization;
using Jobs.Bench.Engine;
using Jobs.Bench.Report;
using Jobs.Monitoring.Requests;
using Jobs.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;

namespace Jobs.Bench.Metrics;

/// <summary>
/// What it costs to count a request, and to read the metrics of a service that has answered on many routes; and that
/// what callers choose makes neither metrics nor memory grow.
/// </summary>
internal static class MetricsBenchmark
{
    private const int Requests = 5_000_000;
    private const int Runs = 7;
    private const int Scrapes = 200;
    private const double MostNanoseconds = 200;
    private const double MostScrape = 20;
    private const int Flood = 100_000;
    private const double MostHeapGrowth = 64;

    public static async Task<int> RunAsync()
    {
        var (nanoseconds, bytes) = Count();
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"count a request: {nanoseconds:0.0} ns (at most {MostNanoseconds:0}), {bytes:0.000} bytes allocated"
            )
        );
        await using var database = await BenchDatabase.CreateAsync();
        await using var web = await WebProcess.StartAsync(
            database.ConnectionString,
            ("Jobs__RateLimits__Enabled", "true"),
            ("Jobs__RateLimits__Policies__api__Permits", "1000000"),
            ("Jobs__RateLimits__Policies__api__Burst", "1000000"),
            ("Jobs__RateLimits__Policies__auth__Permits", "1000000"),
            ("Jobs__RateLimits__Policies__auth__Burst", "1000000"),
            ("Jobs__RateLimits__Policies__auth__PerHour", "0"),
            ("Jobs__RateLimits__Policies__auth__PerDay", "0"),
            // All that floods it comes through a proxy that it trusts, from addresses of its own.
            ("Jobs__RateLimits__TrustedProxies", "127.0.0.1")
        );
        var (median, most, lines) = await ScrapeAsync(web.Client);
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"a scrape of {lines} series over HTTP: p50 {median:0.0} ms (at most {MostScrape:0}), p99 {most:0.0} ms"
            )
        );
        var isBounded = await FloodAsync(web);
        return nanoseconds <= MostNanoseconds && bytes < 0.01 && median <= MostScrape && isBounded
            ? 0
            : 1;
    }

    // Find the counts of the route, and record: what is done once a request, on one thread.
    private static (double Nanoseconds, double Bytes) Count()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var metrics = ActivatorUtilities.CreateInstance<RequestMetrics>(services);
        Endpoint[] endpoints =
        [
            .. Enumerable
                .Range(0, 128)
                .Select(n => new RouteEndpoint(
                    _ => Task.CompletedTask,
                    RoutePatternFactory.Parse($"/route/{n}/{{id}}"),
                    0,
                    EndpointMetadataCollection.Empty,
                    null
                )),
        ];
        var times = new List<double>();
        var bytes = 0.0;
        for (var run = 0; run <= Runs; run++)
        {
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            var began = Stopwatch.GetTimestamp();
            for (var n = 0; n < Requests; n++)
            {
                metrics.Of(endpoints[n & 127], "GET").Record(200, TimeSpan.FromTicks(n & 0xfffff));
            }
            var took = Stopwatch.GetElapsedTime(began);
            // The first is for the compiler.
            if (run > 0)
            {
                times.Add(took.TotalNanoseconds / Requests);
                bytes = (GC.GetAllocatedBytesForCurrentThread() - allocated) / (double)Requests;
            }
        }
        times.Sort();
        return (times[times.Count / 2], bytes);
    }

    private static async Task<(double Median, double Most, int Lines)> ScrapeAsync(
        HttpClient client
    )
    {
        // On every route that there is, with what comes of it.
        using var document = System.Text.Json.JsonDocument.Parse(
            await client.GetStringAsync("/openapi/v1.json")
        );
        foreach (var path in document.RootElement.GetProperty("paths").EnumerateObject())
        {
            if (path.Name.EndsWith("/events", StringComparison.Ordinal))
            {
                continue;
            }
            var concrete = path.Name.Replace(
                "{id}",
                Guid.CreateVersion7().ToString(),
                StringComparison.Ordinal
            );
            foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Post])
            {
                using var request = new HttpRequestMessage(method, concrete);
                (await client.SendAsync(request)).Dispose();
            }
        }
        var times = new List<double>();
        var text = "";
        for (var n = 0; n < Scrapes; n++)
        {
            var began = Stopwatch.GetTimestamp();
            text = await client.GetStringAsync("/metrics");
            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }
        times.Sort();
        return (times[times.Count / 2], times[times.Count * 99 / 100], Lines(text));
    }

    // Each with a path, a key, an address, a host and an agent that no other has.
    private static async Task<bool> FloodAsync(WebProcess web)
    {
        using var client = new HttpClient { BaseAddress = web.Client.BaseAddress };
        await RequestFlood.SendAsync(client, "first", Flood / 10, CancellationToken.None);
        async Task<(int Lines, double Heap)> LookAsync()
        {
            var text = await web.Client.GetStringAsync("/metrics");
            return (Lines(text), Heap(text));
        }
        var before = (await LookAsync(), Memory: ProcessStatus.Megabytes(web.Id));
        var began = Stopwatch.GetTimestamp();
        await RequestFlood.SendAsync(client, "flood", Flood, CancellationToken.None);
        var took = Stopwatch.GetElapsedTime(began).TotalSeconds;
        var after = (await LookAsync(), Memory: ProcessStatus.Megabytes(web.Id));
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{Flood:N0} paths, keys and addresses over HTTP in {took:0} s: {before.Item1.Lines} series before, {after.Item1.Lines} after; heap {before.Item1.Heap:0.0} MB before, {after.Item1.Heap:0.0} after; resident {before.Memory:0} MB, {after.Memory:0}"
            )
        );
        return after.Item1.Lines - before.Item1.Lines < 50
            && after.Item1.Heap - before.Item1.Heap < MostHeapGrowth;
    }

    private static int Lines(string scrape) =>
        scrape.Split('\n').Count(l => l.Length > 0 && l[0] != '#');

    // Megabytes of all generations after the last collection.
    private static double Heap(string scrape) =>
        scrape
            .Split('\n')
            .Where(l =>
                l.StartsWith("dotnet_gc_last_collection_heap_size", StringComparison.Ordinal)
            )
            .Sum(l => double.Parse(l[(l.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture))
        / 1024
        / 1024;
}
