using Jobs.Dashboard;
using Jobs.Database;
using Jobs.Migrations;
using Jobs.Monitoring;
using Jobs.Testing;
using Jobs.Tests.RateLimiting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Dashboard;

/// <summary>The dashboard reads a replica that streams from the database, and goes on without it.</summary>
public sealed class ReplicaTests
{
    private const string Submit = """
        insert into jobs.batches (id, tenant_id, kind, priority, total, max_attempts, item_timeout_ms)
        values (gen_random_uuid(), 2, 'k', 1, 1, 3, 60000)
        """;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Reads_go_to_the_replica_and_to_the_database_while_that_is_away_or_behind()
    {
        await using var pair = await StreamingReplica.StartAsync(Stop);
        await SchemaMigrator.MigrateAsync(pair.Primary, TimeProvider.System, Stop);
        await using var primary = new JobsDataSource(pair.Primary);
        await using var replica = NpgsqlDataSource.Create($"{pair.Replica};Pooling=false");
        await primary.Requests.CreateCommand(Submit).ExecuteNonQueryAsync(Stop);
        await CaughtUpAsync(primary, replica);
        var time = new StandingTime();
        using var log = new RecordedLog();
        // However slow this machine is.
        var options = new DashboardOptions { ReplicaLag = TimeSpan.FromHours(1) };
        DashboardSource Source() =>
            new(
                new ConfigurationBuilder()
                    .AddInMemoryCollection([new("ConnectionStrings:JobsReplica", pair.Replica)])
                    .Build(),
                primary,
                Options.Create(options),
                time,
                new Logger<DashboardSource>(new LoggerFactory([log]))
            );
        await using var source = Source();
        var statistics = new StatisticsReader(source, Options.Create(new MetricsOptions()));

        // What it has not replayed shows where is read.
        (await BatchesAsync(statistics)).ShouldBe(1);
        await replica.CreateCommand("select pg_wal_replay_pause()").ExecuteNonQueryAsync(Stop);
        await primary.Requests.CreateCommand(Submit).ExecuteNonQueryAsync(Stop);
        (await BatchesAsync(statistics)).ShouldBe(1);
        await replica.CreateCommand("select pg_wal_replay_resume()").ExecuteNonQueryAsync(Stop);
        await CaughtUpAsync(primary, replica);
        (await BatchesAsync(statistics)).ShouldBe(2);

        await pair.StopReplicaAsync();
        await primary.Requests.CreateCommand(Submit).ExecuteNonQueryAsync(Stop);
        (await BatchesAsync(statistics)).ShouldBe(3);
        log.Entries.ShouldContain(e => e.Contains("does not answer", StringComparison.Ordinal));

        // It is left alone for a while.
        await pair.StartReplicaAsync(Stop);
        await CaughtUpAsync(primary, replica);
        await replica.CreateCommand("select pg_wal_replay_pause()").ExecuteNonQueryAsync(Stop);
        await primary.Requests.CreateCommand(Submit).ExecuteNonQueryAsync(Stop);
        (await BatchesAsync(statistics)).ShouldBe(4);
        time.Advance(DashboardReplica.Pause);
        (await BatchesAsync(statistics)).ShouldBe(3);

        // Behind by more than it may be, it is not read.
        options.ReplicaLag = TimeSpan.FromTicks(1);
        await using var strict = Source();
        (
            await BatchesAsync(new StatisticsReader(strict, Options.Create(new MetricsOptions())))
        ).ShouldBe(4);
        log.Entries.ShouldContain(e => e.Contains("s behind", StringComparison.Ordinal));
    }

    private static async Task<long> BatchesAsync(StatisticsReader statistics)
    {
        var now = TimeProvider.System.GetUtcNow();
        var (totals, _) = await statistics.TotalsAsync(2, now.AddHours(-1), now, Stop);
        return totals.Batches;
    }

    // Until the replica has as many batches.
    private static async Task CaughtUpAsync(JobsDataSource primary, NpgsqlDataSource replica)
    {
        const string Count = "select count(*) from jobs.batches";
        await using var written = primary.Requests.CreateCommand(Count);
        var count = await written.ExecuteScalarAsync(Stop);
        var started = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromMinutes(1))
        {
            await using var replayed = replica.CreateCommand(Count);
            if (Equals(count, await CountAsync(replayed)))
            {
                return;
            }
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Stop);
        }
        throw new TimeoutException("The replica does not catch up.");
    }

    // It has the table once it has replayed the migrations.
    private static async Task<object?> CountAsync(NpgsqlCommand command)
    {
        try
        {
            return await command.ExecuteScalarAsync(Stop);
        }
        catch (PostgresException e)
            when (e.SqlState
                    is PostgresErrorCodes.UndefinedTable
                        or PostgresErrorCodes.InvalidSchemaName
            )
        {
            return null;
        }
    }
}
