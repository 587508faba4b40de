using Jobs.Testing;

namespace Jobs.Web.Tests.Api.Monitoring.Traffic;

/// <summary>That the counters of the web host add up, and that its gauges show what is there.</summary>
public sealed class WebTrafficTests(WebTraffic traffic) : IClassFixture<WebTraffic>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private Scrape Scrape => traffic.Scrape;

    [Theory]
    [InlineData("jobs_rate_limit_admissions_total")]
    [InlineData("jobs_rate_limit_refusals_total")]
    [InlineData("jobs_queue_items")]
    [InlineData("jobs_notifications_total")]
    [InlineData("jobs_database_up")]
    public void What_happened_is_what_is_counted(string metric)
    {
        var expected = traffic.Ledger.Of(metric);

        expected.ShouldNotBeEmpty();
        Scrape.Of(metric).ShouldBe(expected);
    }

    [Fact]
    public void Every_request_is_counted_under_its_route_method_and_status()
    {
        // But those that look at the metrics.
        bool IsLook(string labels) =>
            labels.Contains("route=\"/metrics\"", StringComparison.Ordinal);
        Scrape
            .Of("jobs_http_requests_total")
            .Where(s => !IsLook(s.Key))
            .ShouldBe(traffic.Ledger.Of("jobs_http_requests_total"));
        // As ASP.NET Core counts them, which knows no name for what no route matches.
        Scrape
            .Sum("http_server_request_duration_seconds_count", "http_route=\"/api/v1/limits\"")
            .ShouldBe(6);
    }

    [Fact]
    public async Task Gauges_of_the_database_show_what_is_there()
    {
        var size = await traffic.Database.ScalarAsync<long>(
            "select pg_database_size(current_database())",
            Stop
        );
        var most = await traffic.Database.ScalarAsync<int>(
            "select current_setting('max_connections')::int",
            Stop
        );

        Scrape.Sum("jobs_database_size_bytes").ShouldBeInRange(size * 0.5, size * 2.0);
        Scrape
            .Sum("jobs_database_tuples", "table=\"batches\"", "state=\"live\"")
            .ShouldBe(
                await traffic.Database.ScalarAsync<long>("select count(*) from jobs.batches", Stop)
            );
        Scrape.Sum("jobs_database_connections").ShouldBeInRange(2, most);
        Scrape.Sum("jobs_database_connections_limit").ShouldBe(most);
        // One was open, since no longer than this test runs.
        Scrape.Sum("jobs_database_transaction_oldest_seconds").ShouldBeInRange(0.000001, 300);
        Scrape.Of("jobs_database_replication_lag_seconds").ShouldBeEmpty();
        Scrape
            .Sum("jobs_queue_oldest_age_seconds", "priority=\"normal\"")
            .ShouldBeInRange(0.000001, 300);
        Scrape
            .Sum("jobs_disk_bytes")
            .ShouldBe(new DriveInfo(Path.GetTempPath()).TotalSize, tolerance: 1e9);
    }

    [Fact]
    public void The_answer_counts_its_own_lines()
    {
        Scrape
            .Sum("jobs_metrics_series")
            .ShouldBe(Scrape.Text.Split('\n').Count(l => l.Length > 0 && l[0] != '#'));
        Scrape.Sum("jobs_metrics_left_out").ShouldBe(0);
    }
}
