using Jobs.Batches;
using Jobs.Dashboard;
using Jobs.Kinds;
using Jobs.Monitoring;
using Jobs.Monitoring.Samples;
using Jobs.Monitoring.Tallies;
using Jobs.Testing;
using Jobs.Tests.Engine;
using Microsoft.Extensions.Options;
using Npgsql;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Dashboard;

/// <summary>
/// Statistics are exact: whatever happens to batches, whenever its transaction commits, and however far it was folded.
/// </summary>
public sealed class StatisticsTests : EngineTest
{
    // Whole minutes before: what happened can be folded.
    private const string Age =
        "update jobs.batch_tallies set at = at - interval '1 minute' * (select ceil(extract(epoch from max(t.at) - now()) / 60) + 1 from jobs.batch_tallies t)";

    private static readonly ItemError Broken = new("broken", "It is broken.", Retryable: false);

    [Fact]
    public async Task Whatever_becomes_of_batches_is_counted_once_before_and_after_it_is_folded()
    {
        var mended = false;
        var host = await StartAsync(
            Handling(item =>
                mended || item.Index % 3 != 0 ? ItemOutcome.Success() : ItemOutcome.Failure(Broken)
            )
        );
        var partial = await host.SubmitAsync(1_200, Stop);
        await host.WaitForEndAsync(partial.Id, Stop);
        var failed = await host.SubmitAsync(1, Stop);
        await host.WaitForEndAsync(failed.Id, Stop);
        var waiting = await host.SubmitAsync(
            50,
            Stop,
            host.Draft() with
            {
                NotBefore = TimeProvider.System.GetUtcNow().AddHours(1),
            }
        );
        var cancelled = await host.SubmitAsync(
            7,
            Stop,
            host.Draft() with
            {
                NotBefore = TimeProvider.System.GetUtcNow().AddHours(1),
            }
        );
        await host.Get<BatchSteering>().CancelAsync(EngineHost.Tenant, cancelled.Id, Stop);
        await host.SubmitAsync(1, Stop, host.Draft() with { TenantId = EngineHost.OtherTenant });

        var before = await SeriesAsync();
        mended = true;
        await host.Get<BatchRetry>()
            .RetryAsync(
                EngineHost.Tenant,
                partial.Id,
                new RetryRequest(ItemState.Failed, null),
                Stop
            );
        await host.WaitForEndAsync(partial.Id, Stop);
        var after = await SeriesAsync();

        before.Exact.ShouldBeTrue();
        Figures(before.Totals).ShouldBe((4, 1_258, 3, 800, 401, 7, 0, 0));
        before.Totals.Endings.ShouldBe(new BatchEndings(0, 1, 1, 1, 0));
        (before.Buckets[^1].Open, before.Buckets[^1].OpenBatches).ShouldBe((50, 1));
        (before.Buckets[0].Open, before.Buckets[0].OpenBatches).ShouldBe((0, 0));
        Figures(after.Totals).ShouldBe((4, 1_258, 4, 1_200, 401, 7, 1, 400));
        after.Totals.Endings.ShouldBe(new BatchEndings(1, 1, 1, 1, 0));
        after.Buckets[^1].Open.ShouldBe(50);
        after.Kinds.ShouldHaveSingleItem().Kind.ShouldBe(EngineHost.Kind);
        after.Totals.Duration!.MeanMs.ShouldBeGreaterThan(0);

        await RunAsync(Age);
        var unfolded = await SeriesAsync();
        (await new TallyFold(Database.DataSource).RunAsync(Stop)).ShouldBeGreaterThan(0);
        var folded = await SeriesAsync();
        (
            await Database.ScalarAsync<long>("select count(*) from jobs.batch_tallies", Stop)
        ).ShouldBe(0);

        folded.Totals.ShouldBe(unfolded.Totals);
        folded.Totals.ShouldBe(after.Totals);
        folded.Buckets.Select(Comparable).ShouldBe(unfolded.Buckets.Select(Comparable));
        (await SeriesAsync(EngineHost.OtherTenant)).Totals.Batches.ShouldBe(1);
        (await host.ReadAsync(waiting.Id, Stop)).State.ShouldBe(BatchState.Queued);
    }

    [Fact]
    public async Task While_batches_run_and_are_folded_every_look_adds_up()
    {
        var host = await StartAsync(
            Handling(item =>
                item.Index % 5 == 0 ? ItemOutcome.Failure(Broken) : ItemOutcome.Success()
            )
        );
        var fold = new TallyFold(Database.DataSource);
        using var done = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var looks = 0;
        async Task LookAsync()
        {
            while (!done.IsCancellationRequested)
            {
                var series = await SeriesAsync();
                var last = series.Buckets[^1];
                var totals = series.Totals;
                (totals.Items - totals.Succeeded - totals.Failed - totals.Cancelled).ShouldBe(
                    last.Open!.Value
                );
                (totals.Batches - totals.Ended).ShouldBe(last.OpenBatches!.Value);
                looks++;
            }
        }
        async Task FoldAsync()
        {
            while (!done.IsCancellationRequested)
            {
                await RunAsync(
                    "update jobs.batch_tallies set at = at - interval '2 minutes' where at >= date_trunc('minute', now())"
                );
                await fold.RunAsync(Stop);
            }
        }
        var watching = Task.WhenAll(LookAsync(), LookAsync(), FoldAsync());
        for (var i = 0; i < 40; i++)
        {
            var batches = await Task.WhenAll(
                Enumerable.Range(1, 5).Select(n => host.SubmitAsync(n * 10, Stop))
            );
            foreach (var batch in batches)
            {
                await host.WaitForEndAsync(batch.Id, Stop);
            }
        }
        await done.CancelAsync();
        await watching;

        looks.ShouldBePositive();
        var all = await SeriesAsync();
        Figures(all.Totals).ShouldBe((200, 6_000, 200, 4_800, 1_200, 0, 0, 0));
    }

    [Fact]
    public async Task What_commits_after_its_minute_was_folded_or_its_hour_made_is_counted()
    {
        await using var early = await BeginSubmissionAsync("3 hours");
        await using var late = await BeginSubmissionAsync("2 minutes");
        await early.CommitAsync(Stop);
        await new TallyFold(Database.DataSource).RunAsync(Stop);
        // Hours are made meanwhile: what comes to them counts for the first that is not.
        await RunAsync(
            "update jobs.metric_rollups set until = date_trunc('hour', now() - interval '1 hour') where resolution = 3600"
        );
        await late.CommitAsync(Stop);
        await using var latest = await BeginSubmissionAsync("3 hours");
        await latest.CommitAsync(Stop);
        await Rollup().RunAsync(Stop);

        var series = await SeriesAsync(bucket: TimeSpan.FromHours(1));
        series.Totals.Batches.ShouldBe(3);
        series.Totals.Items.ShouldBe(15);
        series.Buckets[^1].Open.ShouldBe(15);
    }

    [Fact]
    public async Task Hours_and_days_say_what_minutes_said()
    {
        await RunAsync(
            "update jobs.metric_rollups set until = now() - interval '10 days'",
            """
            insert into jobs.batches (
                id, tenant_id, kind, priority, state, total, succeeded, failed, max_attempts, item_timeout_ms,
                submitted_at, started_at, finished_at, expires_at)
            select (substr(jobs.first_id_at(x.at)::text, 1, 24) || lpad(to_hex(n), 12, '0'))::uuid, 2, 'k' || n % 2, 1,
                'completed', 10, 10 - n % 2, n % 2, 3, 60000, x.at, x.at, x.at + n * interval '1 millisecond', now()
            from generate_series(1, 4000) n
            cross join lateral (select now() - interval '40 hours' * (n / 4000.0) as at) x
            """
        );
        await new TallyFold(Database.DataSource).RunAsync(Stop);
        var minutes = await SeriesAsync(bucket: TimeSpan.FromHours(1), hours: 47);
        var days = await SeriesAsync(bucket: TimeSpan.FromDays(1), hours: 47);
        await Rollup().RunAsync(Stop);
        (
            await Database.ScalarAsync<long>(
                "select count(*) from jobs.metric_samples where resolution = 3600",
                Stop
            )
        ).ShouldBeGreaterThan(100);
        // Hours are read where there are some.
        await RunAsync(
            "delete from jobs.metric_samples where resolution = 60 and at < (select until from jobs.metric_rollups where resolution = 3600)"
        );

        var after = await SeriesAsync(bucket: TimeSpan.FromHours(1), hours: 47);
        after.Totals.ShouldBe(minutes.Totals);
        after.Totals.Batches.ShouldBe(4_000);
        after.Totals.Failed.ShouldBe(2_000);
        after.Totals.Duration!.P50Ms.ShouldBeInRange(2_000 * 0.98, 2_000 * 1.02);
        after.Buckets.Select(Comparable).ShouldBe(minutes.Buckets.Select(Comparable));
        (await SeriesAsync(bucket: TimeSpan.FromDays(1), hours: 47)).Totals.ShouldBe(days.Totals);
    }

    [Fact]
    public async Task Several_that_fold_at_once_do_it_once()
    {
        await RunAsync(
            "insert into jobs.batch_tallies (tenant_id, kind, at, batches, items) select 2, 'k', now() - interval '1 minute' * n, 1, 2 from generate_series(5, 1004) n"
        );

        await Task.WhenAll(
            Enumerable.Range(0, 4).Select(_ => new TallyFold(Database.DataSource).RunAsync(Stop))
        );
        await new TallyFold(Database.DataSource).RunAsync(Stop);

        (
            await Database.ScalarAsync<long>(
                "select sum(count)::bigint from jobs.metric_samples",
                Stop
            )
        ).ShouldBe(1_000);
        (await Database.ScalarAsync<long>("select items from jobs.batch_levels", Stop)).ShouldBe(
            2_000
        );
    }

    [Fact]
    public async Task What_was_before_counting_began_is_said_not_to_be_exact()
    {
        await RunAsync("update jobs.batch_counting set since = now() - interval '30 minutes'");

        (await SeriesAsync()).Exact.ShouldBeFalse();
        await RunAsync("update jobs.batch_counting set since = now() - interval '90 minutes'");
        (await SeriesAsync()).Exact.ShouldBeTrue();
    }

    private static (long, long, long, long, long, long, long, long) Figures(DashboardTotals t) =>
        (t.Batches, t.Items, t.Ended, t.Succeeded, t.Failed, t.Cancelled, t.Reopened, t.Returned);

    // Its rate grows with the time that has passed.
    private static DashboardBucket Comparable(DashboardBucket bucket) =>
        bucket with
        {
            ItemsPerSecond = 0,
        };

    private SampleRollup Rollup() =>
        new(
            Database.DataSource,
            new TallyFold(Database.DataSource),
            Options.Create(new MetricsOptions())
        );

    private async Task<DashboardSeries> SeriesAsync(
        int tenant = EngineHost.Tenant,
        TimeSpan? bucket = null,
        double hours = 0
    )
    {
        await using var source = TestSource.Of(Database);
        var reader = new StatisticsReader(source, Options.Create(new MetricsOptions()));
        var now = TimeProvider.System.GetUtcNow();
        return await reader.SeriesAsync(
            tenant,
            DashboardSpan.Of(
                now.AddHours(
                    hours > 0 ? -hours
                    : bucket is null ? -1
                    : -4
                ),
                now,
                (int)(bucket ?? TimeSpan.FromMinutes(1)).TotalSeconds
            ),
            Stop
        );
    }

    // A transaction of which the batch is said to be older.
    private async Task<NpgsqlTransaction> BeginSubmissionAsync(string age)
    {
        var connection = new NpgsqlConnection(Database.ConnectionString);
        await connection.OpenAsync(Stop);
        var transaction = await connection.BeginTransactionAsync(Stop);
        await using var command = new NpgsqlCommand(
            $"""
            insert into jobs.batches (id, tenant_id, kind, priority, total, max_attempts, item_timeout_ms, submitted_at)
            values (gen_random_uuid(), 2, 'k', 1, 5, 3, 60000, now() - interval '{age}')
            """,
            connection
        );
        await command.ExecuteNonQueryAsync(Stop);
        return transaction;
    }

    private async Task RunAsync(params string[] statements)
    {
        foreach (var sql in statements)
        {
            await using var command = Database.DataSource.Requests.CreateCommand(sql);
            await command.ExecuteNonQueryAsync(Stop);
        }
    }
}
