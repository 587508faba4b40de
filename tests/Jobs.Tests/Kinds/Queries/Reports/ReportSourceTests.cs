using Jobs.Kinds;
using Jobs.Kinds.Queries.Reports;
using Jobs.Resilience;
using Jobs.Testing;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Kinds.Queries.Reports;

/// <summary>Data sources: as whom they are read, and what happens when they are away.</summary>
public sealed class ReportSourceTests(TestDatabase database) : ReportTest(database)
{
    [Theory]
    [InlineData("select 1 as one")]
    [InlineData(
        "select set_config('role', session_user, true), a from dblink('dbname=' || current_database(), 'insert into public.written values (1) returning 1') t (a int)"
    )]
    public async Task A_data_source_that_is_a_superusers_runs_nothing_unless_it_is_told_to(
        string sql
    )
    {
        Write("taken", sql, source: "super");

        var error = await ErrorAsync("taken");

        error.Code.ShouldBe(ReportErrors.ReportFailed);
        error.Message.ShouldContain("superuser");
        (await Database.ScalarAsync<long>("select count(*) from public.written", Token)).ShouldBe(
            0
        );
    }

    [Fact]
    public async Task A_role_that_may_only_read_is_taken()
    {
        Write("role", "select current_user", source: "reader");
        Write("file", "select pg_read_file('/etc/hostname')", source: "reader");

        (await RunAsync("role")).GetProperty("rows")[0][0].GetString().ShouldBe("pg_read_all_data");
        (await ErrorAsync("file")).Message.ShouldContain("42501");
    }

    [Fact]
    public async Task A_data_source_that_is_away_is_a_failure_that_passes()
    {
        Write("away", "select 1", source: "away");

        var error = await ErrorAsync("away");

        (error.Code, error.Retryable).ShouldBe((ErrorCodes.Unavailable, true));
    }

    [Fact]
    public async Task A_data_source_that_stays_away_is_left_alone_and_the_others_go_on()
    {
        Write("away", "select 1", source: "away");
        Write("here", "select 1");
        Write("wrong", "select 1 / 0");
        var messages = new List<string>();
        for (var i = 0; i < 12; i++)
        {
            var error = await ErrorAsync("away");
            (error.Code, error.Retryable).ShouldBe((ErrorCodes.Unavailable, true));
            messages.Add(error.Message);
            // That a report is wrong is no illness of its data source.
            (await ErrorAsync("wrong")).Code.ShouldBe(ReportErrors.ReportFailed);
        }

        messages[..10].ShouldAllBe(m => m.Contains("did not answer"));
        messages[10..].ShouldAllBe(m => m.Contains("left alone"));
        (await ErrorAsync("away")).RetryAfter!.Value.ShouldBeGreaterThan(TimeSpan.Zero);
        (await RunAsync("here")).GetProperty("rowCount").GetInt32().ShouldBe(1);
        Services
            .Get<Breakers>()
            .List()
            .ShouldContain(new BreakerStatus(ReportSources.Service, "away", BreakerState.Open));
    }

    [Fact]
    public async Task A_data_source_that_went_away_in_the_middle_is_a_failure_that_passes()
    {
        Write("waits", "select pg_advisory_xact_lock(4713)", "timeout: 60s");
        await using var other = await Database.DataSource.Requests.OpenConnectionAsync(Token);
        await using var transaction = await other.BeginTransactionAsync(Token);
        await using var command = other.CreateCommand();
        command.CommandText = "select pg_advisory_xact_lock(4713)";
        await command.ExecuteNonQueryAsync(Token);

        var running = ErrorAsync("waits");
        command.CommandText = """
            select count(pg_terminate_backend(pid))
            from pg_locks
            where locktype = 'advisory' and objid = 4713 and not granted
            """;
        while ((long)(await command.ExecuteScalarAsync(Token))! == 0)
        {
            // It has not come to wait yet.
        }

        var error = await running;
        (error.Code, error.Retryable).ShouldBe((ErrorCodes.Unavailable, true));
    }
}
