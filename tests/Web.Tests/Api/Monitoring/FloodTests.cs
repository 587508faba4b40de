using System.Text.RegularExpressions;
using Jobs.Testing;

namespace Jobs.Web.Tests.Api.Monitoring;

/// <summary>That nothing a caller may choose makes the metrics, or the memory, grow.</summary>
public sealed partial class FloodTests
{
    private const int Requests = 2_500;
    private const double MostGrowth = 32 * 1024 * 1024;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Thousands_of_paths_keys_and_addresses_leave_labels_and_memory_as_they_were()
    {
        using var folder = new TestFolder();
        await using var database = await TestDatabase.CreateAsync(migrated: true, Stop);
        var address = new Uri($"http://127.0.0.1:{HostProcess.FreePort()}");
        using var process = HostProcess.Start(
            "Web",
            folder.Location,
            ("ASPNETCORE_URLS", address.ToString()),
            ("ConnectionStrings__Jobs", database.ConnectionString),
            ("Jobs__AdminKey", "an-administrator-in-a-flood-0123456789"),
            ("Jobs__Engine__Enabled", "false"),
            ("Jobs__RateLimits__TrustedProxies", "127.0.0.1"),
            ("Jobs__RateLimits__Counters", "1000"),
            // Those that come from here are as many as they like.
            ("Jobs__RateLimits__Policies__api__Permits", "1000000"),
            ("Jobs__RateLimits__Policies__api__Burst", "1000000"),
            ("Jobs__RateLimits__Policies__api__PerHour", "0"),
            ("Jobs__RateLimits__Policies__api__PerDay", "0"),
            ("Jobs__RateLimits__Policies__auth__Permits", "1000000"),
            ("Jobs__RateLimits__Policies__auth__Burst", "1000000"),
            ("Jobs__RateLimits__Policies__auth__PerHour", "0"),
            ("Jobs__RateLimits__Policies__auth__PerDay", "0")
        );
        await process.SignInLinkAsync(Stop);
        using var client = new HttpClient(
            new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }
        )
        {
            BaseAddress = address,
        };
        // What there is of everything that such requests bring, code and buffers too.
        await RequestFlood.SendAsync(client, "first", 1_000, Stop);
        await CountedAsync(client);
        var before = await client.GetStringAsync("/metrics", Stop);

        var statuses = await RequestFlood.SendAsync(client, "flooding", Requests, Stop);
        var after = await client.GetStringAsync("/metrics", Stop);

        statuses.Values.Sum().ShouldBe(Requests);
        statuses.Keys.ShouldAllBe(s => (int)s < 500);
        Series(after).Except(Series(before), StringComparer.Ordinal).ShouldBeEmpty();
        after.ShouldNotContain("flooding", Case.Insensitive);
        (Heap(after) - Heap(before)).ShouldBeLessThan(MostGrowth);
    }

    // A look is counted when its answer is out: from then on it is among the series.
    private static async Task CountedAsync(HttpClient client)
    {
        while (
            !(await client.GetStringAsync("/metrics", Stop)).Contains(
                "route=\"/metrics\"",
                StringComparison.Ordinal
            )
        ) { }
    }

    // What is ours to keep small; others measure what the machine does.
    private static IEnumerable<string> Series(string scrape) =>
        Line()
            .Matches(scrape)
            .Select(m => m.Groups["series"].Value)
            .Where(s =>
                s.StartsWith("jobs_", StringComparison.Ordinal)
                || s.StartsWith("http_server_", StringComparison.Ordinal)
                || s.StartsWith("kestrel_", StringComparison.Ordinal)
            );

    private static double Heap(string scrape) =>
        Line()
            .Matches(scrape)
            .Where(m =>
                m.Groups["series"]
                    .Value.StartsWith(
                        "dotnet_gc_last_collection_heap_size",
                        StringComparison.Ordinal
                    )
            )
            .Sum(m =>
                double.Parse(
                    m.Groups["value"].Value,
                    System.Globalization.CultureInfo.InvariantCulture
                )
            );

    [GeneratedRegex(
        @"^(?<series>[a-z_0-9]+(\{.*\})?) (?<value>\S+)$",
        RegexOptions.ExplicitCapture | RegexOptions.Multiline,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Line();
}
