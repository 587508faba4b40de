using System.Text.Json;
using Jobs.Database.Care;
using Jobs.Kinds;
using Jobs.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Kinds;

/// <summary>What is said of a database, and what is done about it, on a real one.</summary>
public sealed class MaintenanceTests : IAsyncLifetime
{
    private TestDatabase database = null!;
    private KindServices services = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        database = await TestDatabase.CreateAsync(migrated: true, Stop);
        services = new KindServices(database);
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        await database.DisposeAsync();
    }

    [Fact]
    public async Task Tables_indexes_settings_and_connections_are_told_of()
    {
        var stats = await services.Get<DatabaseInspector>().ReadAsync(Stop);

        stats.SizeBytes.ShouldBeGreaterThan(0);
        stats.UsedConnections.ShouldBeInRange(1, stats.MaxConnections);
        stats.Settings["autovacuum"].ShouldBeOneOf("on", "off");
        stats.Tables.ShouldContain(t => t.Name == "batches");
        stats.Indexes.ShouldContain(i => i.Table == "batches" && i.Guards && i.Valid);
        stats.UnusedIndexes.ShouldAllBe(i => i.Scans == 0 && !i.Guards);
        // Either there are statements, or it is said what to do.
        (stats.SlowestStatements is null).ShouldBe(stats.StatementsHint is not null);
    }

    [Fact]
    public async Task Dead_rows_are_found_and_vacuumed_away()
    {
        await FillAsync();
        await services.ScalarAsync("delete from jobs.search_asked where times > 10000");
        await services.ScalarAsync("select pg_stat_force_next_flush()");

        var found = await FindAsync("dead_rows", "search_asked");
        found.Step.ShouldBe(new(MaintenanceAction.Vacuum, "search_asked"));
        (await RunAsync("""{"action":"vacuum","target":"search_asked"}"""))
            .GetProperty("target")
            .GetString()
            .ShouldBe("search_asked");

        (await StatsAsync()).Recommendations.ShouldNotContain(r => r.Target == "search_asked");
    }

    [Fact]
    public async Task A_bloated_index_is_estimated_as_such_and_built_anew()
    {
        await FillAsync();
        // Of each of its pages a few entries stay, so that none becomes free.
        await services.ScalarAsync("delete from jobs.search_asked where times % 20 <> 0");
        (await RunAsync("""{"action":"vacuum","target":"search_asked"}""")).ValueKind.ShouldBe(
            JsonValueKind.Object
        );
        var before = await IndexAsync();
        before.BloatBytes!.Value.ShouldBeGreaterThan(before.SizeBytes / 2);

        var result = await RunAsync("""{"action":"reindex","target":"search_asked_pkey"}""");

        result.GetProperty("bytesBefore").GetInt64().ShouldBe(before.SizeBytes);
        var after = await IndexAsync();
        after.SizeBytes.ShouldBe(result.GetProperty("bytesAfter").GetInt64());
        after.SizeBytes.ShouldBeLessThan(before.SizeBytes / 5);
        after.BloatBytes!.Value.ShouldBeLessThan(after.SizeBytes / 2);
    }

    [Fact]
    public async Task Nobody_waits_behind_a_step_that_waits()
    {
        await using var connection = await database.DataSource.Requests.OpenConnectionAsync(Stop);
        await using var transaction = await connection.BeginTransactionAsync(Stop);
        await using (
            var command = new NpgsqlCommand(
                "lock table jobs.search_asked in share update exclusive mode",
                connection
            )
        )
        {
            await command.ExecuteNonQueryAsync(Stop);
        }

        var outcome = await services.RunAsync(
            "maintenance",
            """{"action":"vacuum","target":"search_asked"}"""
        );

        outcome.Error!.Code.ShouldBe("blocked");
        outcome.Error.Retryable.ShouldBeTrue();
    }

    [Fact]
    public async Task Steps_of_several_workers_follow_each_other()
    {
        await using var other = await database.DataSource.Requests.OpenConnectionAsync(Stop);
        await using var taking = new NpgsqlCommand(
            "select pg_advisory_lock(hashtext('jobs.maintenance'))",
            other
        );
        await taking.ExecuteNonQueryAsync(Stop);

        var step = RunAsync("""{"action":"vacuum","target":"search_asked"}""");
        // What another worker does at that time is not over, and the step has not begun.
        await Task.WhenAny(step, AskedAsync());
        step.IsCompleted.ShouldBeFalse();
        taking.CommandText = "select pg_advisory_unlock(hashtext('jobs.maintenance'))";
        await taking.ExecuteNonQueryAsync(Stop);

        (await step).GetProperty("action").GetString().ShouldBe("vacuum");
    }

    [Fact]
    public async Task What_is_analysed_without_a_name_is_all()
    {
        (await RunAsync("""{"action":"analyze"}"""))
            .GetProperty("action")
            .GetString()
            .ShouldBe("analyze");

        (await StatsAsync()).Tables.ShouldAllBe(t => t.AnalyzedAt != null);
    }

    [Theory]
    [InlineData("""{}""", "action")]
    [InlineData("""{"action":"vacuum"}""", "target")]
    [InlineData("""{"action":"drop","target":"batches"}""", "action")]
    [InlineData("""{"action":"vacuum","target":""}""", "target")]
    public void A_step_that_is_none_is_refused_with_its_field(string payload, string field) =>
        services
            .Kind("maintenance")
            .Handler.Validate(System.Text.Encoding.UTF8.GetBytes(payload))
            .ShouldHaveSingleItem()
            .Field.ShouldBe(field);

    [Theory]
    [InlineData("pg_class")]
    [InlineData("batches; drop table jobs.batches")]
    [InlineData("batches_moves")]
    public async Task What_is_no_table_of_the_service_is_left_alone(string target)
    {
        var outcome = await services.RunAsync(
            "maintenance",
            JsonSerializer.SerializeToUtf8Bytes(new { action = "vacuum", target })
        );

        outcome.Error!.Code.ShouldBe(ErrorCodes.InvalidItem);
        (await services.ScalarAsync("select to_regclass('jobs.batches') is not null")).ShouldBe(
            true
        );
    }

    private Task FillAsync() =>
        services.ScalarAsync(
            """
            insert into jobs.search_asked (tenant_id, hour, name, query, times)
            select 2, now(), lpad(n::text, 12, '0'), '', n from generate_series(1, 60000) n
            """
        );

    private async Task<JsonElement> RunAsync(string payload)
    {
        var outcome = await services.RunAsync("maintenance", payload);
        outcome.Error.ShouldBeNull();
        return JsonElement.Parse(outcome.Result.Span);
    }

    // Until a session has asked for its turn, and was told no.
    private async Task AskedAsync()
    {
        const string Asked = """
            select exists (
                select from pg_stat_activity a
                where a.application_name = 'jobs-maintenance' and a.state = 'idle'
                    and a.query like '%pg_try_advisory_lock%' and a.datname = current_database())
            """;
        while (!await database.ScalarAsync<bool>(Asked, Stop))
        {
            Stop.ThrowIfCancellationRequested();
        }
    }

    private Task<DatabaseStats> StatsAsync() => services.Get<DatabaseInspector>().ReadAsync(Stop);

    private async Task<IndexStats> IndexAsync() =>
        (await StatsAsync()).Indexes.Single(i => i.Name == "search_asked_pkey");

    // Statistics of other sessions come when those are idle for a moment.
    private async Task<Recommendation> FindAsync(string code, string target)
    {
        while (true)
        {
            Stop.ThrowIfCancellationRequested();
            if (
                (await StatsAsync()).Recommendations.FirstOrDefault(r =>
                    r.Code == code && r.Target == target
                ) is
                { } found
            )
            {
                return found;
            }
        }
    }
}
