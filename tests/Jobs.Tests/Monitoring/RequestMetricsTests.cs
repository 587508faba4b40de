using Jobs.Monitoring.Requests;
using Jobs.Monitoring.Samples;
using Jobs.Testing;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Monitoring;

public sealed class RequestMetricsTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Any_node_answers_for_all_of_them()
    {
        using var one = new SampleNode(database);
        using var two = new SampleNode(database);
        await one.Reporter.ResetAsync("test / test", Stop);
        await two.Sampler.WriteAsync(Stop);
        var path = SampleNode.Route("/nodes/{id}");
        for (var n = 1; n <= 100; n++)
        {
            one.Requests.Of(path, "GET").Record(200, TimeSpan.FromMilliseconds(n));
            two.Requests.Of(SampleNode.Route("/nodes/{id}"), "GET")
                .Record(n > 90 ? 503 : 200, TimeSpan.FromMilliseconds(100 + n));
        }
        two.Requests.Of(null, "PROPFIND").Record(404, TimeSpan.FromMilliseconds(1));

        var before = await one.Reporter.ReadAsync(Window, Stop);
        await two.Sampler.WriteAsync(Stop);
        await one.Sampler.WriteAsync(Stop);
        await one.Sampler.WriteAsync(Stop);
        var seenByOne = await one.Reporter.ReadAsync(Window, Stop);
        var seenByTwo = await two.Reporter.ReadAsync(Window, Stop);

        before.Total.Requests.ShouldBe(100);
        seenByOne.Total.ShouldBe(seenByTwo.Total with { PerSecond = seenByOne.Total.PerSecond });
        seenByOne.Total.Requests.ShouldBe(201);
        seenByOne.Total.Errors.ShouldBe(10);
        seenByOne.Total.ClientErrors.ShouldBe(1);
        seenByOne.Statuses["200"].ShouldBe(190);
        var nodes = seenByOne.Endpoints.Single(e => e.Route == "/nodes/{id}").Figures;
        nodes.Requests.ShouldBe(200);
        nodes.Timed.ShouldBe(200);
        nodes.ErrorRate.ShouldBe(0.05);
        nodes.MeanMs.ShouldBe(100.5);
        nodes.P50Ms!.Value.ShouldBeInRange(98, 102);
        nodes.P95Ms!.Value.ShouldBeInRange(190 * 0.98, 190 * 1.02);
        nodes.P99Ms!.Value.ShouldBeInRange(198 * 0.98, 198 * 1.02);
        nodes.MaxMs.ShouldBe(200);
        seenByOne.Top[0].Route.ShouldBe("/nodes/{id}");
        seenByOne.Nodes.Count.ShouldBeGreaterThanOrEqualTo(2);
    }

    [Fact]
    public async Task A_reset_counts_on_all_nodes_whether_they_heard_of_it_or_not()
    {
        using var one = new SampleNode(database);
        using var deaf = new SampleNode(database);
        var path = SampleNode.Route("/reset");
        one.Requests.Of(path, "GET").Record(200, TimeSpan.FromMilliseconds(1));
        deaf.Requests.Of(path, "GET").Record(200, TimeSpan.FromMilliseconds(1));
        await one.Sampler.WriteAsync(Stop);
        one.Requests.Of(path, "GET").Record(200, TimeSpan.FromMilliseconds(1));

        var at = await one.Reporter.ResetAsync("test / test", Stop);
        one.Requests.Of(path, "GET").Record(204, TimeSpan.FromMilliseconds(1));
        // What it counted began before the reset, and some of it was before.
        var seenByDeaf = await deaf.Reporter.ReadAsync(Window, Stop);
        await deaf.Sampler.WriteAsync(Stop);
        deaf.Requests.Of(path, "GET").Record(204, TimeSpan.FromMilliseconds(1));
        await deaf.Sampler.WriteAsync(Stop);
        var report = await one.Reporter.ReadAsync(Window, Stop);

        seenByDeaf.Endpoints.ShouldNotContain(e => e.Route == "/reset");
        report.ResetAt.ShouldBe(at);
        report.From.ShouldBe(at);
        report.Endpoints.Single(e => e.Route == "/reset").Statuses.ShouldBe([new("204", 2)]);
        one.Notices.Reader.TryRead(out var notice).ShouldBeTrue();
        notice.Channel.ShouldBe("jobs_metrics");
    }

    [Fact]
    public void A_hundred_thousand_paths_methods_and_routes_are_at_most_512_and_other()
    {
        using var node = new SampleNode(database);
        for (var n = 0; n < 100_000; n++)
        {
            node.Requests.Of(SampleNode.Route($"/made/{n}"), $"M{n}").Record(200, TimeSpan.Zero);
            node.Requests.Of(null, $"M{n}").Record(n, TimeSpan.Zero);
        }
        var slice = new SampleSlice(1);
        ((ISampleSource)node.Requests).Collect(slice);

        var requests = slice.Rows.Where(r => r.Name == SampleNames.Requests).ToList();
        requests.Count.ShouldBeLessThanOrEqualTo(RequestMetrics.MostRoutes + 1);
        requests.Sum(r => r.Count).ShouldBe(200_000);
        requests
            .Single(r =>
                r.Labels.Contains("\"other\",\"method\":\"other\"", StringComparison.Ordinal)
            )
            .Count.ShouldBeGreaterThan(99_000);
    }

    [Fact]
    public void What_is_recorded_while_a_slice_is_taken_is_in_this_one_or_the_next()
    {
        using var node = new SampleNode(database);
        var route = node.Requests.Of(SampleNode.Route("/busy"), "GET");
        const int Each = 200_000;
        var counted = 0L;
        var answered = 0L;
        var writers = Task.WhenAll(
            Enumerable
                .Range(0, 2)
                .Select(_ =>
                    Task.Run(
                        () =>
                        {
                            for (var n = 0; n < Each; n++)
                            {
                                route.Record(200, TimeSpan.FromMicroseconds(n % 1000));
                            }
                        },
                        Stop
                    )
                )
        );
        bool done;
        do
        {
            done = writers.IsCompleted;
            var slice = new SampleSlice(1);
            ((ISampleSource)node.Requests).Collect(slice);
            counted += slice.Rows.Where(r => r.Name == SampleNames.Requests).Sum(r => r.Count);
            answered += slice.Rows.Where(r => r.Name == SampleNames.Responses).Sum(r => r.Count);
        } while (!done);

        counted.ShouldBe(2 * Each);
        answered.ShouldBe(2 * Each);
    }
}
