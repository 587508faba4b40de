using Jobs.Kinds;
using Jobs.Testing;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Kinds.Queries.Reports;

/// <summary>What a report leaves to others, and how long it may take.</summary>
public sealed class ReportSessionTests(TestDatabase database) : ReportTest(database)
{
    [Theory]
    [InlineData("select pg_sleep(30)")]
    [InlineData("select set_config('statement_timeout', '0', false), pg_sleep(30)")]
    [InlineData("select count(*) from generate_series(1, 100000) a, generate_series(1, 100000) b")]
    public async Task What_runs_on_is_ended_by_its_time(string sql)
    {
        Write("slow", sql, "timeout: 0.2s");

        var error = await ErrorAsync("slow");

        error.Code.ShouldBe(ErrorCodes.Timeout);
        error.Retryable.ShouldBeTrue();
    }

    [Theory]
    [InlineData("select pg_advisory_lock(4711)")]
    [InlineData("select pg_try_advisory_lock(4711), 1 / 0")]
    [InlineData("select pg_advisory_lock_shared(4711)")]
    public async Task A_lock_that_a_report_takes_is_gone_with_it(string sql)
    {
        Write("locks", sql);

        await ExecuteAsync("locks", "{}");

        (
            await Database.ScalarAsync<long>(
                "select count(*) from pg_locks where locktype = 'advisory' and objid = 4711",
                Token
            )
        ).ShouldBe(0);
    }

    [Fact]
    public async Task A_report_waits_for_a_lock_no_longer_than_its_time()
    {
        Write("waits", "select pg_advisory_xact_lock(4712)", "timeout: 0.2s");
        await using var other = await Database.DataSource.Requests.OpenConnectionAsync(Token);
        await using var transaction = await other.BeginTransactionAsync(Token);
        await using var hold = other.CreateCommand();
        hold.CommandText = "select pg_advisory_xact_lock(4712)";
        await hold.ExecuteNonQueryAsync(Token);

        (await ErrorAsync("waits")).Retryable.ShouldBeTrue();
    }

    [Fact]
    public async Task A_notice_of_a_report_reaches_nobody()
    {
        Write("notifies", "select pg_notify('report_test', 'x')");
        await using var listener = await Database.DataSource.Requests.OpenConnectionAsync(Token);
        var heard = new List<string>();
        listener.Notification += (_, e) => heard.Add(e.Payload);
        await using var listen = listener.CreateCommand();
        listen.CommandText = "listen report_test";
        await listen.ExecuteNonQueryAsync(Token);

        await ExecuteAsync("notifies", "{}");

        // What is sent after it comes after it.
        listen.CommandText = "select pg_notify('report_test', 'last')";
        await listen.ExecuteNonQueryAsync(Token);
        heard.ShouldBe(["last"]);
        listen.CommandText = "unlisten *";
        await listen.ExecuteNonQueryAsync(Token);
    }

    [Fact]
    public async Task What_a_report_sets_in_its_session_is_gone_for_the_next()
    {
        Write(
            "sets",
            "select set_config('search_path', 'pg_temp', false), set_config('default_transaction_read_only', 'off', false)"
        );
        Write(
            "shows",
            "select current_setting('search_path'), current_setting('transaction_read_only')"
        );

        await RunAsync("sets");
        var row = (await RunAsync("shows")).GetProperty("rows")[0];

        row[0].GetString()!.ShouldContain("public");
        row[1].GetString().ShouldBe("on");
    }
}
