using Jobs.RateLimiting;
using Jobs.Testing;
using Shouldly;
using Xunit;

namespace Jobs.Tests.RateLimiting;

/// <summary>Several nodes share the counters of a real database; their clocks, and that of the counters, are the test's.</summary>
public sealed class SharedLimitTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly RateLimitSettings SixtyAMinute = RateLimitSettings.Default with
    {
        Permits = 60,
        Burst = 12,
    };

    private readonly StandingTime time = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_time_has_more_than_the_allowance_whichever_nodes_are_asked_and_whichever_die()
    {
        foreach (var random in Seeds.Draw(24))
        {
            await ClearAsync();
            var settings = random.Settings().Next();
            var count = random.Next(1, 5);
            var nodes = Enumerable.Range(0, count).Select(_ => Node(settings, count)).ToList();
            List<TimeSpan>[] admitted =
            [
                [],
                [],
            ];
            for (var step = 0; step < 200; step++)
            {
                var at = random.Next(count);
                switch (random.Next(10))
                {
                    case 0:
                        time.Advance(TimeSpan.FromMilliseconds(random.Next(1, 3_000)));
                        break;
                    case 1:
                        time.Advance(TimeSpan.FromMilliseconds(random.Next(1, 50)));
                        break;
                    case 2:
                        await nodes[at].Budget.ExchangeAsync(Stop);
                        break;
                    case 3 when random.Next(5) == 0:
                        // It dies with what it holds.
                        await nodes[at].DisposeAsync();
                        nodes[at] = Node(settings, count);
                        break;
                    default:
                        var subject = random.Next(2);
                        if (await nodes[at].DecideAsync(subject, Stop) == RateLimitVerdict.Admitted)
                        {
                            admitted[subject].Add(time.Now);
                        }
                        break;
                }
            }
            foreach (var window in Quota.WindowsOf(settings))
            {
                ShouldHold(window, admitted[0]);
                ShouldHold(window, admitted[1]);
            }
            foreach (var node in nodes)
            {
                await node.DisposeAsync();
            }
        }
    }

    [Fact]
    public async Task Nodes_together_admit_the_burst_at_once_and_then_one_an_interval()
    {
        await ClearAsync();
        await using var one = Node(SixtyAMinute, 2);
        await using var other = Node(SixtyAMinute, 2);
        var admitted = 0;
        for (var request = 0; request < 40; request++)
        {
            var node = request % 2 == 0 ? one : other;
            admitted += await node.DecideAsync(1, Stop) == RateLimitVerdict.Admitted ? 1 : 0;
        }
        // Each may hold what the other is refused, for a second.
        admitted.ShouldBeInRange(7, 12);
        time.Advance(RateWindow.Hold);
        await one.Budget.ExchangeAsync(Stop);
        await other.Budget.ExchangeAsync(Stop);
        for (var request = 0; request < 40; request++)
        {
            admitted += await one.DecideAsync(1, Stop) == RateLimitVerdict.Admitted ? 1 : 0;
        }
        // The burst, and what a second has brought.
        admitted.ShouldBe(13);
    }

    [Fact]
    public async Task What_a_node_does_not_use_comes_back_after_a_second()
    {
        await ClearAsync();
        await using var one = Node(SixtyAMinute with { Burst = 100 }, 1);
        await one.DecideAsync(1, Stop);
        time.Advance(RateWindow.Hold);
        await one.Budget.ExchangeAsync(Stop);

        await using var other = Node(SixtyAMinute with { Burst = 100 }, 1);
        await other.DecideAsync(1, Stop);

        // Of 100 one was used twice, and one came back in the second.
        other.Limiter.Look(other.Policy, LimiterNode.Subject(1)).Remaining.ShouldBe(99);
    }

    [Fact]
    public async Task A_busy_caller_costs_few_statements()
    {
        await ClearAsync();
        var settings = SixtyAMinute with { Permits = 600_000, Burst = 600_000 };
        await using var node = Node(settings, 4);
        var requests = 0;
        // 10,000 requests a second for two seconds.
        for (var tick = 0; tick < 2_000; tick++)
        {
            time.Advance(TimeSpan.FromMilliseconds(1));
            for (var i = 0; i < 10; i++, requests++)
            {
                (await node.DecideAsync(1, Stop)).ShouldBe(RateLimitVerdict.Admitted);
            }
            await node.Budget.ExchangeAsync(Stop);
        }
        node.Budget.Statements.ShouldBeLessThan(requests / 100);
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(20)]
    public async Task A_busy_caller_of_several_nodes_costs_a_statement_for_a_hundred_admissions_at_most(
        int perMillisecond
    )
    {
        await ClearAsync();
        // Two thousand a second, which each of the nodes is asked for alone, or for far more.
        var settings = SixtyAMinute with
        {
            Permits = 120_000,
            Burst = 4_000,
        };
        var nodes = Enumerable.Range(0, 4).Select(_ => Node(settings, 4)).ToList();
        var admitted = 0;
        for (var tick = 0; tick < 5_000; tick++)
        {
            time.Advance(TimeSpan.FromMilliseconds(1));
            foreach (var node in nodes)
            {
                for (var request = 0; request < perMillisecond; request++)
                {
                    if (await node.DecideAsync(1, Stop) != RateLimitVerdict.Admitted)
                    {
                        break;
                    }
                    admitted++;
                }
                await node.Budget.ExchangeAsync(Stop);
            }
        }
        var statements = nodes.Sum(n => n.Budget.Statements);
        (statements / (double)admitted).ShouldBeLessThanOrEqualTo(0.01);
        // The burst and five seconds, of which no more than what nodes hold, or leave for the next, is missing.
        admitted.ShouldBeInRange(12_500, 14_000);
        foreach (var node in nodes)
        {
            await node.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_lower_limit_holds_at_once_and_a_higher_one_lets_nobody_wait_for_the_former()
    {
        await ClearAsync();
        await using var node = Node(SixtyAMinute with { Burst = 1_000 }, 1);
        (await node.DecideAsync(1, Stop)).ShouldBe(RateLimitVerdict.Admitted);

        // Three an hour, of which the one before counts as little as it took then.
        node.Set(SixtyAMinute with { Permits = 3, Period = TimeSpan.FromHours(1), Burst = 3 });
        for (var request = 0; request < 2; request++)
        {
            (await node.DecideAsync(1, Stop)).ShouldBe(RateLimitVerdict.Admitted);
        }
        (await node.DecideAsync(1, Stop)).ShouldBe(RateLimitVerdict.Refused);
        node.Limiter.Look(node.Policy, LimiterNode.Subject(1))
            .Full.ShouldBeGreaterThan(TimeSpan.FromMinutes(30));

        node.Set(SixtyAMinute);
        (await node.DecideAsync(1, Stop)).ShouldBe(RateLimitVerdict.Refused);
        // At most as long as it takes to empty a bucket that is twice full.
        time.Advance(TimeSpan.FromSeconds(13));
        (await node.DecideAsync(1, Stop)).ShouldBe(RateLimitVerdict.Admitted);
    }

    [Fact]
    public async Task However_many_callers_there_are_their_counters_are_bounded()
    {
        await ClearAsync();
        await using var node = new LimiterNode(
            database.DataSource,
            SixtyAMinute,
            1,
            time,
            databaseClock: false,
            counters: 1_000
        );
        for (var subject = 0; subject < 20_000; subject++)
        {
            node.Limiter.TryDecide(node.Policy, LimiterNode.Subject(subject));
        }

        node.Limiter.Counters.ShouldBeInRange(500, 1_000);
    }

    private LimiterNode Node(RateLimitSettings settings, int nodes) =>
        new(database.DataSource, settings, nodes, time, databaseClock: false);

    private async Task ClearAsync() =>
        await database.ScalarAsync<int>("truncate jobs.rate_limits", Stop);

    // In any time t: the burst, and what t and the time that a node may hold permits bring.
    private static void ShouldHold(RateWindow window, List<TimeSpan> admitted)
    {
        var interval = TimeSpan.FromMicroseconds(window.IntervalMicroseconds);
        for (var from = 0; from < admitted.Count; from++)
        {
            for (var to = from; to < admitted.Count; to++)
            {
                var passed = admitted[to] - admitted[from] + RateWindow.Hold;
                (to - from + 1).ShouldBeLessThanOrEqualTo(
                    window.Burst + (int)Math.Floor(passed / interval + 1e-9),
                    $"{window} from {admitted[from]} to {admitted[to]}"
                );
            }
        }
    }
}
