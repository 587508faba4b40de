using Jobs.Health;
using Jobs.Testing;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Health;

/// <summary>What the score is made of, and when its change is told of.</summary>
public sealed class HealthTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<string> Names => [.. HealthRule.All.Select(r => r.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_score_is_a_hundred_less_the_penalties_and_a_red_check_caps_it(string name)
    {
        var rule = HealthRule.All.Single(r => r.Name == name);

        Score(name, rule.Warn - 0.01).ShouldBe(100);
        Score(name, null).ShouldBe(100);
        if (rule.Red > rule.Warn)
        {
            Score(name, rule.Warn).ShouldBe(100 - rule.WarnPenalty);
        }
        if (rule.Red < HealthRule.Never)
        {
            Score(name, rule.Red).ShouldBe(Math.Min(HealthReport.RedCap, 100 - rule.RedPenalty));
        }
    }

    [Fact]
    public void However_much_is_wrong_the_score_is_not_below_zero()
    {
        var report = HealthReport.Of(
            default,
            [.. HealthRule.All.Select(r => HealthRule.Check(r.Name, double.MaxValue))]
        );

        report.Score.ShouldBe(0);
        report.Status.ShouldBe("critical");
    }

    [Fact]
    public async Task A_change_that_two_looks_in_a_row_find_is_told_of_once()
    {
        foreach (
            var status in (string[])
                ["ok", "critical", "ok", "critical", "critical", "critical", "ok", "ok"]
        )
        {
            await database.ScalarAsync<object>(HealthStatements.Enter, Stop, status, 10);
        }

        (
            await database.ScalarAsync<string>(
                "select string_agg(data ->> 'status', ' ' order by id) from jobs.notifications where type = 'health'",
                Stop
            )
        ).ShouldBe("critical ok");
    }

    [Fact]
    public async Task One_process_looks_in_an_interval()
    {
        var interval = TimeSpan.FromMinutes(1);

        (await database.ScalarAsync<int>(HealthStatements.Claim, Stop, interval)).ShouldBe(1);
        (await database.ScalarAsync<int>(HealthStatements.Claim, Stop, interval)).ShouldBe(0);
    }

    [Fact]
    public async Task Items_that_failed_of_late_are_counted_whether_they_are_samples_yet_or_not()
    {
        const string Failed =
            $"select h.failed from ({HealthStatements.Read}) h (schedules, webhooks, failed, partitions)";
        await database.ScalarAsync<object>(
            "insert into jobs.batch_tallies (tenant_id, kind, at, succeeded, failed) values (2, 'k', now(), 6, 13), (2, 'k', now() - interval '1 hour', 0, 1000)",
            Stop
        );
        // Too few to say anything.
        (await database.ScalarAsync<double>(Failed, Stop)).ShouldBe(0);

        await database.ScalarAsync<object>(
            """
            with series as (
                insert into jobs.metric_series (name, labels, tenant_id)
                values ('batches.items', '{"kind":"k","outcome":"failed"}', 2), ('batches.items', '{"kind":"k","outcome":"succeeded"}', 2)
                returning id, labels
            )
            insert into jobs.metric_samples (series_id, resolution, at, since, count, sum, min, max)
            select s.id, 60, now() - interval '5 minutes', now(), case s.labels ->> 'outcome' when 'failed' then 7 else 14 end, 0, 0, 0
            from series s
            """,
            Stop
        );

        (await database.ScalarAsync<double>(Failed, Stop)).ShouldBe(50);
    }

    private static int Score(string name, double? value) =>
        HealthReport.Of(default, [HealthRule.Check(name, value)]).Score;
}
