using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using Jobs.Bench.Engine;
using Jobs.Monitoring.Requests;
using Jobs.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;

namespace Jobs.Bench.Metrics;

/// <summary>What it costs to count a request, and to read the metrics of a service that has answered on many routes.</summary>
internal static class MetricsBenchmark
{
    private const int Requests = 5_000_000;
    private const int Runs = 7;
    private const int Scrapes = 200;
    private const double MostNanoseconds = 200;
    private const double MostScrape = 20;
    private const string Key = "bench-0123456789-0123456789-0123456789";

    public static async Task<int> RunAsync()
    {
        var (nanoseconds, bytes) = Count();
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"count a request: {nanoseconds:0.0} ns (at most {MostNanoseconds:0}), {bytes:0.000} bytes allocated"
            )
        );
        var (median, most, lines) = await ScrapeAsync();
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"a scrape of {lines} series over HTTP: p50 {median:0.0} ms (at most {MostScrape:0}), p99 {most:0.0} ms"
            )
        );
        return nanoseconds <= MostNanoseconds && bytes < 0.01 && median <= MostScrape ? 0 : 1;
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

    private static async Task<(double Median, double Most, int Lines)> ScrapeAsync()
    {
        await using var database = await BenchDatabase.CreateAsync();
        var folder = Directory.CreateTempSubdirectory("jobs-bench-").FullName;
        var address = new Uri($"http://127.0.0.1:{HostProcess.FreePort()}");
        using var web = HostProcess.Start(
            "Web",
            folder,
            ("ConnectionStrings__Jobs", database.ConnectionString),
            ("Jobs__AdminKey", Key),
            ("Jobs__RateLimits__Enabled", "false"),
            ("Serilog__MinimumLevel__Default", "Warning"),
            ("ASPNETCORE_URLS", address.ToString())
        );
        await web.SignInLinkAsync(CancellationToken.None);
        using var client = new HttpClient { BaseAddress = address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Key);
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
        return (
            times[times.Count / 2],
            times[times.Count * 99 / 100],
            text.Split('\n').Count(l => l.Length > 0 && l[0] != '#')
        );
    }
}
