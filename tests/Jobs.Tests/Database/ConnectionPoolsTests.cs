using Jobs.Database;
using Jobs.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Database;

public sealed class ConnectionPoolsTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const string Name = "pool-of-two";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_pool_is_as_full_as_Npgsql_says()
    {
        using var pools = new ConnectionPools();
        var settings = new NpgsqlConnectionStringBuilder(database.ConnectionString)
        {
            Pooling = true,
            MaxPoolSize = 2,
        };
        await using var pool = new NpgsqlDataSourceBuilder(settings.ConnectionString)
        {
            Name = Name,
        }.Build();
        await using (await pool.OpenConnectionAsync(Stop))
        {
            Of(pools).ShouldBe(new(Name, Used: 1, Idle: 0, Most: 2, Waiting: 0));
            await using var second = await pool.OpenConnectionAsync(Stop);
            // It is counted as one that waits before it gives way.
            var third = pool.OpenConnectionAsync(Stop);
            Of(pools).ShouldBe(new(Name, Used: 2, Idle: 0, Most: 2, Waiting: 1));
            Of(pools).Percent.ShouldBe(150);
            await second.CloseAsync();
            await (await third).DisposeAsync();
        }
        Of(pools).ShouldBe(new(Name, Used: 0, Idle: 2, Most: 2, Waiting: 0));
    }

    private static PoolUse Of(ConnectionPools pools) => pools.Read().Single(p => p.Name == Name);
}
