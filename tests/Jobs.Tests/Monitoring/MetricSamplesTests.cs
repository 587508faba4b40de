using Jobs.Monitoring;
using Jobs.Monitoring.Samples;
using Jobs.Monitoring.Tallies;
using Jobs.Testing;
using Microsoft.Extensions.Options;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Monitoring;

public sealed class MetricSamplesTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_series_of_a_tenant_is_for_that_tenant_only()
    {
        using var node = new SampleNode(database);
        node.Engine.Settled(EngineHost.Tenant, "tenant", 5, 2, 1);
        node.Engine.Executed(EngineHost.Tenant, "tenant", TimeSpan.FromMilliseconds(20));
        node.Engine.Settled(EngineHost.OtherTenant, "tenant", 7, 0, 0);
        await node.Sampler.WriteAsync(Stop);

        var mine = await ReadAsync(EngineHost.Tenant, SampleNames.Items, SampleNames.Chunks);
        var others = await ReadAsync(EngineHost.OtherTenant, SampleNames.Items);
        var nobodys = await ReadAsync(null, SampleNames.Items);

        mine.Where(p => p.Name == SampleNames.Items && p.Labels["kind"] == "tenant")
            .Select(p => (p.Labels["outcome"], p.Count))
            .ShouldBe([("cancelled", 1), ("failed", 2), ("succeeded", 5)], ignoreOrder: true);
        mine.Single(p => p.Name == SampleNames.Chunks)
            .QuantileMs(0.5)!
            .Value.ShouldBeInRange(19.6, 20.4);
        others.ShouldHaveSingleItem().Count.ShouldBe(7);
        nobodys.ShouldBeEmpty();
    }

    [Fact]
    public async Task Errors_of_late_are_those_of_all_nodes_written_or_not()
    {
        await using var own = await TestDatabase.CreateAsync(migrated: true, Stop);
        using var one = new SampleNode(own);
        using var other = new SampleNode(own);
        Answer(one, 200, 30);
        Answer(one, 503, 4);
        await one.Sampler.WriteAsync(Stop);
        Answer(other, 200, 2);
        Answer(other, 500, 3);
        Answer(other, 404, 1);

        (await other.Reporter.CountAsync(TimeSpan.FromMinutes(5), Stop)).ShouldBe(new(40, 7));
        (await one.Reporter.CountAsync(TimeSpan.FromMinutes(5), Stop)).ShouldBe(new(34, 4));

        static void Answer(SampleNode node, int status, int times)
        {
            for (var n = 0; n < times; n++)
            {
                node.Requests.Of(SampleNode.Route("/errors"), "GET").Record(status, null);
            }
        }
    }

    [Fact]
    public async Task A_slice_that_is_sent_again_is_written_once()
    {
        var writer = new SampleWriter(database.DataSource);
        var slice = new SampleSlice(1);
        slice.Count("twice", 3);

        await writer.WriteAsync(slice, TimeSpan.FromSeconds(60), Stop);
        await writer.WriteAsync(slice, TimeSpan.FromSeconds(61), Stop);

        (await ReadAsync(null, "twice")).ShouldHaveSingleItem().Count.ShouldBe(3);
    }

    [Fact]
    public async Task While_the_database_is_away_what_was_counted_is_kept()
    {
        await using var own = await TestDatabase.CreateAsync(migrated: true, Stop);
        using var node = new SampleNode(own);
        await RunAsync(own, "alter table jobs.metric_samples rename to away");
        for (var n = 0; n < 3; n++)
        {
            node.Engine.Settled(EngineHost.Tenant, "away", 1, 0, 0);
            await Should.ThrowAsync<Npgsql.PostgresException>(() => node.Sampler.WriteAsync(Stop));
        }
        await RunAsync(own, "alter table jobs.away rename to metric_samples");
        await node.Sampler.WriteAsync(Stop);

        (
            await own.ScalarAsync<long>("select sum(count)::bigint from jobs.metric_samples", Stop)
        ).ShouldBe(3);
    }

    [Fact]
    public async Task Nodes_that_add_the_same_series_at_once_do_not_fail()
    {
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 8),
            Stop,
            async (_, ct) =>
            {
                var slice = new SampleSlice(1);
                for (var n = 0; n < 200; n++)
                {
                    slice.Count("same", 1, null, ("n", $"{n}"));
                }
                await new SampleWriter(database.DataSource).WriteAsync(slice, default, ct);
            }
        );

        var points = await ReadAsync(null, "same");
        points.Count.ShouldBe(200);
        points.ShouldAllBe(p => p.Count == 8);
    }

    [Fact]
    public async Task There_are_at_most_10000_series()
    {
        await using var own = await TestDatabase.CreateAsync(migrated: true, Stop);
        await RunAsync(
            own,
            "insert into jobs.metric_series (name) select 's' || n from generate_series(1, 10000) n"
        );
        var slice = new SampleSlice(1);
        slice.Count("s1", 4);
        slice.Count("one more", 4);
        await new SampleWriter(own.DataSource).WriteAsync(slice, default, Stop);

        (await own.ScalarAsync<long>("select count(*) from jobs.metric_series", Stop)).ShouldBe(
            10_000
        );
        (await own.ScalarAsync<long>("select count(*) from jobs.metric_samples", Stop)).ShouldBe(1);
    }

    [Fact]
    public async Task Minutes_become_hours_and_days_that_say_the_same_and_old_ones_go()
    {
        await using var own = await TestDatabase.CreateAsync(migrated: true, Stop);
        var counts = new long[LogHistogram.Buckets];
        counts[LogHistogram.BucketOf(20_000)] = 2;
        // Three days of minutes, of two nodes.
        await RunAsync(
            own,
            """
            insert into jobs.metric_series (name) values ('rolled');
            insert into jobs.metric_samples (series_id, resolution, at, since, count, sum, min, max, buckets)
            select (select id from jobs.metric_series), 60, t, t, 2, 40, 20 - node, 20 + extract(hour from t), decode(:buckets, 'hex')
            from generate_series(date_trunc('day', now(), 'UTC') - interval '3 days', now(), '1 minute') t,
                generate_series(1, 2) node;
            update jobs.metric_rollups set until = now() - interval '10 days';
            """.Replace(
                ":buckets",
                $"'{Convert.ToHexString(PackedHistogram.Pack(counts)!)}'",
                StringComparison.Ordinal
            )
        );
        var samples = new MetricSamples(own.DataSource);
        var to = TimeProvider.System.GetUtcNow().AddMinutes(1);
        var from = SampleWindow.Floor(to.AddDays(-2.4), 60);
        Task<IReadOnlyList<SamplePoint>> Read(TimeSpan step) =>
            samples.ReadAsync(["rolled"], null, from, to, step, Stop);
        var fine = await Read(TimeSpan.FromHours(1));
        var fineDays = await Read(TimeSpan.FromDays(1));

        var (made, _) = await Rollup(own).RunAsync(Stop);
        var (again, _) = await Rollup(own).RunAsync(Stop);

        made.ShouldBeGreaterThanOrEqualTo(71 + 2);
        again.ShouldBe(0);
        (
            await own.ScalarAsync<long>(
                "select count(*) from jobs.metric_samples where resolution = 60 and at < now() - interval '49 hours'",
                Stop
            )
        ).ShouldBe(0);
        foreach (
            var (before, step) in ((IReadOnlyList<SamplePoint>, TimeSpan)[])
                [(fine, TimeSpan.FromHours(1)), (fineDays, TimeSpan.FromDays(1))]
        )
        {
            var after = await Read(step);
            // What began with a part of an hour or a day may have lost that part with the minutes.
            after
                .Where(p => p.At >= from)
                .Select(Figures)
                .ShouldBe(before.Where(p => p.At >= from).Select(Figures), $"{step}");
        }
    }

    [Fact]
    public async Task Two_that_roll_up_at_once_do_it_once()
    {
        await using var own = await TestDatabase.CreateAsync(migrated: true, Stop);
        await RunAsync(
            own,
            """
            insert into jobs.metric_series (name) values ('once');
            insert into jobs.metric_samples (series_id, resolution, at, since, count, sum, min, max)
            select (select id from jobs.metric_series), 60, t, t, 1, 1, 1, 1
            from generate_series(date_trunc('hour', now()) - interval '6 hours', date_trunc('hour', now()) - interval '1 minute', '1 minute') t;
            update jobs.metric_rollups set until = now() - interval '10 days';
            """
        );

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Rollup(own).RunAsync(Stop)));
        await Rollup(own).RunAsync(Stop);

        var hours = await own.ScalarAsync<long>(
            "select sum(count)::bigint from jobs.metric_samples where resolution = 3600",
            Stop
        );
        hours.ShouldBeOneOf(300, 360);
    }

    private static async Task RunAsync(TestDatabase database, string sql)
    {
        await using var command = database.DataSource.Requests.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Stop);
    }

    private static object Figures(SamplePoint point) =>
        (point.At, point.Count, point.Sum, point.Min, point.Max, point.QuantileMs(0.5));

    private static SampleRollup Rollup(TestDatabase database) =>
        new(
            database.DataSource,
            new TallyFold(database.DataSource),
            Options.Create(new MetricsOptions())
        );

    private Task<IReadOnlyList<SamplePoint>> ReadAsync(int? tenantId, params string[] names)
    {
        var now = TimeProvider.System.GetUtcNow();
        return new MetricSamples(database.DataSource).ReadAsync(
            names,
            tenantId,
            now.AddMinutes(-10),
            now.AddMinutes(2),
            TimeSpan.FromHours(1),
            Stop
        );
    }
}
