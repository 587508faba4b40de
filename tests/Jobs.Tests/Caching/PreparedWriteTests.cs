using Jobs.Caching.Shared;
using Jobs.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Caching;

/// <summary>Values that are set and values that are filled are written by one prepared statement, whichever come first.</summary>
public sealed class PreparedWriteTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    // Enough for each connection to prepare it, and for the most of them to come afterwards.
    private const int Each = 100;

    private const string Plans = """
        select coalesce(sum(generic_plans + custom_plans), 0)::int
        from pg_prepared_statements
        where statement like '%insert into jobs.cache_entries%' and statement like '%$12%'
        """;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Both_kinds_of_writes_use_the_statement_that_is_prepared()
    {
        await using var node = await CacheNode.StartAsync(database.ConnectionString, Stop);
        var shared = node.Get<SharedDatabase>();
        var clock = node.Get<DatabaseTime>();
        for (var i = 0; i < Each; i++)
        {
            var set = Write(node, $"set {i}");
            await shared.WriteAsync([set with { Deadline = clock.Now + 60_000_000 }], Stop);
            await shared.WriteAsync([Write(node, $"fill {i}") with { Token = clock.Now }], Stop);
        }

        // Of one kind alone there would be half as many.
        (await PlansAsync(shared)).ShouldBeGreaterThan(Each * 3 / 2);
    }

    private static SharedWrite Write(CacheNode node, string name) =>
        new(
            node.Scope.KeyOf(name),
            "1"u8.ToArray(),
            IsJson: true,
            [],
            Token: null,
            TimeSpan.FromMinutes(1),
            TimeSpan.FromMinutes(1),
            TimeSpan.FromMinutes(1)
        );

    // Over all connections of the pool, each of which knows its own.
    private static async Task<int> PlansAsync(SharedDatabase shared)
    {
        var connections = new List<NpgsqlConnection>();
        var plans = 0;
        for (var i = 0; i < SharedDatabase.Connections; i++)
        {
            var connection = await shared.Pool.OpenConnectionAsync(Stop);
            connections.Add(connection);
            await using var command = new NpgsqlCommand(Plans, connection);
            plans += (int)(await command.ExecuteScalarAsync(Stop))!;
        }
        foreach (var connection in connections)
        {
            await connection.DisposeAsync();
        }
        return plans;
    }
}
