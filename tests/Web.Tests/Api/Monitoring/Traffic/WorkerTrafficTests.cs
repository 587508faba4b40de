namespace Jobs.Web.Tests.Api.Monitoring.Traffic;

/// <summary>That the counters of a worker add up: known traffic in, every series of every metric out.</summary>
public sealed class WorkerTrafficTests(WorkerTraffic traffic) : IClassFixture<WorkerTraffic>
{
    [Theory]
    [InlineData("jobs_items_total")]
    [InlineData("jobs_chunks_total")]
    [InlineData("jobs_retries_total")]
    [InlineData("jobs_rescued_chunks_total")]
    [InlineData("jobs_poison_chunks_total")]
    [InlineData("jobs_schedule_ticks_total")]
    [InlineData("jobs_chunk_duration_seconds_count")]
    [InlineData("jobs_batch_duration_seconds_count")]
    [InlineData("jobs_webhook_attempts_total")]
    [InlineData("jobs_webhook_duration_seconds_count")]
    [InlineData("jobs_cache_requests_total")]
    [InlineData("jobs_cache_fills_total")]
    [InlineData("jobs_cache_fill_failures_total")]
    [InlineData("jobs_cache_sets_total")]
    [InlineData("jobs_cache_evictions_total")]
    [InlineData("jobs_cache_shared_failures_total")]
    public void What_happened_is_what_is_counted(string metric)
    {
        var expected = traffic.Ledger.Of(metric);

        expected.ShouldNotBeEmpty();
        traffic.Scrape.Of(metric).ShouldBe(expected);
    }

    [Theory]
    [InlineData("jobs_lease_duration_seconds")]
    [InlineData("jobs_settle_duration_seconds")]
    [InlineData("jobs_chunk_duration_seconds")]
    [InlineData("jobs_batch_duration_seconds")]
    [InlineData("jobs_webhook_duration_seconds")]
    public void A_histogram_has_all_in_its_last_bucket(string metric)
    {
        var count = traffic.Scrape.Sum(metric + "_count");

        count.ShouldBeGreaterThan(0);
        traffic.Scrape.Sum(metric + "_bucket", "le=\"+Inf\"").ShouldBe(count);
        traffic.Scrape.Sum(metric + "_sum").ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Statements_that_settle_are_no_more_than_what_they_settle()
    {
        traffic
            .Scrape.Sum("jobs_settle_duration_seconds_count")
            .ShouldBeLessThanOrEqualTo(traffic.Scrape.Sum("jobs_chunks_total"));
    }

    [Fact]
    public void Gauges_show_this_worker()
    {
        traffic.Scrape.Sum("jobs_slots").ShouldBe(8);
        traffic.Scrape.Sum("jobs_slots_used").ShouldBe(0);
        traffic.Scrape.Sum("jobs_workers").ShouldBe(1);
    }
}
