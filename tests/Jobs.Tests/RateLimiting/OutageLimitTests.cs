using Jobs.Database;
using Jobs.RateLimiting;
using Jobs.Testing;
using Jobs.Testing.Chaos;
using Npgsql;
using Shouldly;
using Xunit;

namespace Jobs.Tests.RateLimiting;

/// <summary>The database hangs or is gone, and requests go on to be limited.</summary>
public sealed class OutageLimitTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly RateLimitSettings Slow = RateLimitSettings.Default with
    {
        Permits = 1,
        Period = TimeSpan.FromHours(1),
        Burst = 40,
    };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task While_the_database_hangs_nobody_waits_for_it_and_the_limit_holds_and_what_was_admitted_is_owed()
    {
        await using var network = TcpProxy.Start(database.ConnectionString);
        await using var source = Source(network.ConnectionString);
        await using var node = new LimiterNode(
            source,
            Slow,
            nodes: 1,
            TimeProvider.System,
            databaseClock: true
        );
        (await node.DecideAsync(1, Stop)).ShouldBe(RateLimitVerdict.Admitted);
        await node.Budget.StartAsync(Stop);

        network.Stall();
        var admitted = 0;
        for (var request = 0; request < 100; request++)
        {
            // Ends while nothing goes through, or not at all.
            admitted += await DecideAsync(node, 2) == RateLimitVerdict.Admitted ? 1 : 0;
        }
        admitted.ShouldBe(40);
        node.Limiter.IsLocal.ShouldBeTrue();
        node.Limiter.Look(node.Policy, LimiterNode.Subject(2)).Remaining.ShouldBe(0);

        network.Resume();
        // Told as soon as it answers: nobody gets the same again elsewhere.
        await UntilAsync(
            "select count(*)::int from jobs.rate_limits where subject = $1 and bucket > (extract(epoch from now() + interval '39 hours') * 1000000)::bigint",
            LimiterNode.Subject(2).ToString()
        );
        await using var other = new LimiterNode(
            database.DataSource,
            Slow,
            nodes: 1,
            TimeProvider.System,
            databaseClock: true
        );
        (await other.DecideAsync(2, Stop)).ShouldBe(RateLimitVerdict.Refused);
    }

    [Fact]
    public async Task Each_of_several_nodes_admits_its_share_while_there_is_no_database()
    {
        await using var source = Source("Host=127.0.0.1;Port=1;Username=jobs");
        await using var node = new LimiterNode(
            source,
            Slow,
            nodes: 4,
            TimeProvider.System,
            databaseClock: true
        );
        await node.Budget.StartAsync(Stop);
        var admitted = 0;
        for (var request = 0; request < 50; request++)
        {
            admitted += await DecideAsync(node, 1) == RateLimitVerdict.Admitted ? 1 : 0;
        }

        admitted.ShouldBe(10);
        var standing = node.Limiter.Look(node.Policy, LimiterNode.Subject(1));
        (standing.Window.Burst, standing.Remaining).ShouldBe((10, 0));
    }

    [Theory]
    [InlineData(WhenAway.Open, RateLimitVerdict.Uncounted)]
    [InlineData(WhenAway.Closed, RateLimitVerdict.Unavailable)]
    public async Task A_policy_may_let_all_through_or_nothing_instead(
        WhenAway whenAway,
        RateLimitVerdict verdict
    )
    {
        await using var source = Source("Host=127.0.0.1;Port=1;Username=jobs");
        await using var node = new LimiterNode(
            source,
            Slow with
            {
                WhenAway = whenAway,
            },
            nodes: 1,
            TimeProvider.System,
            databaseClock: true
        );
        await node.Budget.StartAsync(Stop);
        for (var request = 0; request < 50; request++)
        {
            (await DecideAsync(node, 1)).ShouldBe(verdict);
        }
    }

    private static Task<RateLimitVerdict> DecideAsync(LimiterNode node, int subject) =>
        node
            .Limiter.DecideAsync(node.Policy, LimiterNode.Subject(subject), Stop)
            .AsTask()
            .WaitAsync(EngineHost.Patience, TimeProvider.System, Stop);

    private static JobsDataSource Source(string connectionString) =>
        new(
            new NpgsqlConnectionStringBuilder(connectionString) { Pooling = true }.ConnectionString
        );

    private async Task UntilAsync(string sql, string subject)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (await database.ScalarAsync<int>(sql, Stop, subject) == 0)
        {
            TimeProvider.System.GetElapsedTime(started).ShouldBeLessThan(EngineHost.Patience);
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Stop);
        }
    }
}
