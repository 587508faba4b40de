using System.Text.Json;
using Jobs.Kinds;
using Jobs.Kinds.Queries.Reports;
using Jobs.Resilience;
using Jobs.Testing;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Kinds.Queries.Reports;

/// <summary>Reports as a worker runs them, as a superuser's, who runs none as such.</summary>
public sealed class ReportRunnerTests(TestDatabase database)
    : IClassFixture<TestDatabase>,
        IAsyncLifetime
{
    private readonly TestFolder folder = new();
    private KindServices? services;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private KindServices Services =>
        services ??= new KindServices(
            database,
            ("Jobs:Reports:Folder", folder.Location),
            ("Jobs:Reports:Sources:other:ConnectionString", database.ConnectionString),
            ("Jobs:Reports:Sources:other:AllowSuperuser", "true"),
            ("Jobs:Reports:Sources:super:ConnectionString", database.ConnectionString),
            ("Jobs:Reports:Sources:reader:ConnectionString", database.ConnectionString),
            ("Jobs:Reports:Sources:reader:Role", "pg_read_all_data"),
            ("Jobs:Reports:Sources:reader:AllowSuperuser", "true"),
            ("Jobs:Reports:Sources:away:ConnectionString", "Host=127.0.0.1;Port=1;Timeout=1")
        );

    public async ValueTask InitializeAsync() =>
        await database.ScalarAsync<int>(
            """
            create table if not exists public.written (t text);
            -- What is refused is refused though its role might do it.
            grant all on public.written to pg_read_all_data;
            create or replace function public.writes() returns int language sql volatile
                as $$ insert into public.written values ('x') returning 1 $$;
            -- Not there, it would be refused for another reason.
            create extension if not exists dblink;
            create or replace function public.hides() returns int language plpgsql as $$
            begin
                execute 'delete from public.written';
                return 1;
            end $$;
            """,
            Token
        );

    public async ValueTask DisposeAsync()
    {
        if (services is not null)
        {
            await services.DisposeAsync();
        }
        folder.Dispose();
    }

    [Fact]
    public async Task A_result_has_typed_columns_and_says_that_it_was_cut()
    {
        Write(
            "types",
            """
            select n as whole, n / 4.0 as part, n % 2 = 0 as even, date '2030-01-31' as day,
                timestamptz '2030-01-31 12:00+02' as at, 'a"b' as text, null::int as nothing, jsonb '{"a":[1]}' as json,
                interval '1 day' as span, 'NaN'::float8 as nan, array[1, 2] as list
            from generate_series(1, 5) n
            """,
            "limit: 2"
        );

        var result = await RunAsync("types");

        result.GetProperty("truncated").GetBoolean().ShouldBeTrue();
        result.GetProperty("rowCount").GetInt32().ShouldBe(2);
        string.Join(
                ' ',
                result.GetProperty("columns").EnumerateArray().Select(c => c.GetProperty("type"))
            )
            .ShouldBe("integer number boolean date timestamp text integer json text number text");
        result
            .GetProperty("rows")[0]
            .GetRawText()
            .ShouldBe(
                """[1,0.25000000000000000000,false,"2030-01-31","2030-01-31T10:00:00Z","a\"b",null,{"a": [1]},"P1D","NaN","{1,2}"]"""
            );
    }

    [Theory]
    [InlineData("'; drop table public.written; --")]
    [InlineData("x' or '1'='1")]
    [InlineData("$1; select pg_sleep(10)")]
    [InlineData("\\'; delete from public.written; --")]
    [InlineData("' union select secret_hash from jobs.api_keys --")]
    public async Task A_value_is_a_value_whatever_it_looks_like(string value)
    {
        Write(
            "echo",
            "select :v as v, count(*) from public.written where t = :v",
            "parameter: v text"
        );

        var result = await RunAsync("echo", JsonSerializer.Serialize(new { v = value }));

        result.GetProperty("rows")[0][0].GetString().ShouldBe(value);
        result.GetProperty("rows")[0][1].GetInt64().ShouldBe(0);
    }

    [Theory]
    [InlineData("insert into public.written values ('x')")]
    [InlineData("with w as (insert into public.written values ('x') returning t) select * from w")]
    [InlineData("select public.writes()")]
    [InlineData("select public.hides()")]
    [InlineData("copy (select 1) to program 'touch /tmp/never'")]
    [InlineData("copy public.written from program 'echo x'")]
    [InlineData("set transaction read write")]
    [InlineData("select set_config('transaction_read_only', 'off', true), public.writes()")]
    [InlineData("select * from public.written for update")]
    [InlineData("select * into public.copied from public.written")]
    [InlineData("create table public.made (a int)")]
    [InlineData("drop table public.written")]
    [InlineData("do $$ begin delete from public.written; end $$")]
    [InlineData("call public.nothing()")]
    [InlineData("select nextval('jobs.search_segments_id_seq')")]
    [InlineData("commit")]
    [InlineData("explain analyze delete from public.written")]
    [InlineData("select lo_import('/etc/passwd')")]
    [InlineData("select lo_export(1, '/tmp/never')")]
    [InlineData("select pg_read_file('/etc/passwd')")]
    [InlineData("select pg_terminate_backend(pg_backend_pid())")]
    [InlineData("select pg_read_binary_file('/etc/passwd')")]
    [InlineData("select pg_ls_dir('/')")]
    [InlineData("select pg_stat_file('/etc/passwd')")]
    [InlineData("select lo_put(1, 0, '\\x00')")]
    [InlineData("select lo_unlink(1)")]
    [InlineData(
        "select * from dblink('dbname=' || current_database(), 'insert into public.written values (1) returning 1') t (a int)"
    )]
    [InlineData("select dblink_connect('c', 'dbname=' || current_database())")]
    [InlineData("select dblink_connect_u('c', 'dbname=' || current_database())")]
    [InlineData(
        "select query_to_xml('insert into public.written values (1) returning 1', true, true, '')"
    )]
    [InlineData(
        "select set_config('transaction_read_only', 'off', false), query_to_xml('select public.writes()', true, true, '')"
    )]
    [InlineData(
        "select set_config('role', session_user, true), query_to_xml('select public.writes()', true, true, '')"
    )]
    [InlineData("select set_config('session_authorization', 'nobody', true)")]
    [InlineData("select set_config('session_preload_libraries', 'x', false)")]
    [InlineData("reset transaction_read_only")]
    [InlineData("set session characteristics as transaction read write")]
    [InlineData("set transaction_read_only = off")]
    [InlineData("set role none")]
    [InlineData("reset role")]
    [InlineData("reset all")]
    [InlineData("discard all")]
    [InlineData("begin")]
    [InlineData("rollback")]
    [InlineData("prepare p as select 1")]
    [InlineData("execute p")]
    [InlineData("listen jobs")]
    [InlineData("lock table public.written")]
    [InlineData("truncate public.written")]
    [InlineData("vacuum public.written")]
    [InlineData("copy public.written to stdout")]
    [InlineData("create extension dblink")]
    [InlineData("load 'plpgsql'")]
    [InlineData("select pg_reload_conf()")]
    [InlineData("select pg_switch_wal()")]
    [InlineData("select pg_create_restore_point('x')")]
    [InlineData("select setval('jobs.search_segments_id_seq', 1)")]
    [InlineData("with w as (delete from public.written returning t) select * from w")]
    [InlineData("with w as (update public.written set t = 'y' returning t) select * from w")]
    public async Task What_is_more_than_a_query_is_refused(string sql)
    {
        Write("bad", sql);

        (await ErrorAsync("bad")).Code.ShouldBe(ReportErrors.ReportFailed);

        (
            await database.ScalarAsync<bool>(
                "select to_regclass('public.made') is null and to_regclass('public.copied') is null",
                Token
            )
        ).ShouldBeTrue();
        File.Exists("/tmp/never").ShouldBeFalse();
        (await database.ScalarAsync<long>("select count(*) from public.written", Token)).ShouldBe(
            0
        );
    }

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
        (await database.ScalarAsync<long>("select count(*) from public.written", Token)).ShouldBe(
            0
        );
    }

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
    [InlineData("select 1; delete from public.written")]
    [InlineData("select 1; select 2")]
    [InlineData("select $$a$$; drop table public.written; --")]
    [InlineData("/* */ select 1 /* ; */ ; commit")]
    [InlineData("select 'unclosed")]
    public async Task A_file_with_more_than_one_statement_is_no_report(string sql)
    {
        Write("stacked", sql);

        (await ErrorAsync("stacked")).Code.ShouldBe(ReportErrors.UnknownReport);
    }

    [Theory]
    [InlineData("select 1 as a\n-- ' \n)) ; drop table public.written")]
    [InlineData("select 1 as a where e'\\'' = 'b; c' or true; commit")]
    public async Task What_hides_a_second_statement_from_a_reader_does_not_from_the_database(
        string sql
    )
    {
        Write("hidden", sql);

        (await ErrorAsync("hidden")).Code.ShouldBeOneOf(
            ReportErrors.UnknownReport,
            ReportErrors.ReportFailed
        );
        (
            await database.ScalarAsync<bool>(
                "select to_regclass('public.written') is not null",
                Token
            )
        ).ShouldBeTrue();
    }

    [Theory]
    [InlineData("select lo_create(0)")]
    [InlineData("select lo_from_bytea(0, '\\x00')")]
    public async Task What_an_older_PostgreSQL_lets_pass_leaves_nothing(string sql)
    {
        Write("large", sql);

        await ExecuteAsync("large", "{}");

        (
            await database.ScalarAsync<long>("select count(*) from pg_largeobject_metadata", Token)
        ).ShouldBe(0);
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
            await database.ScalarAsync<long>(
                "select count(*) from pg_locks where locktype = 'advisory' and objid = 4711",
                Token
            )
        ).ShouldBe(0);
    }

    [Fact]
    public async Task A_report_waits_for_a_lock_no_longer_than_its_time()
    {
        Write("waits", "select pg_advisory_xact_lock(4712)", "timeout: 0.2s");
        await using var other = await database.DataSource.Requests.OpenConnectionAsync(Token);
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
        await using var listener = await database.DataSource.Requests.OpenConnectionAsync(Token);
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

    [Fact]
    public async Task A_role_that_may_only_read_is_taken()
    {
        Write("role", "select current_user", source: "reader");
        Write("file", "select pg_read_file('/etc/hostname')", source: "reader");

        (await RunAsync("role")).GetProperty("rows")[0][0].GetString().ShouldBe("pg_read_all_data");
        (await ErrorAsync("file")).Message.ShouldContain("42501");
    }

    [Fact]
    public async Task A_report_over_shared_tables_has_the_tenant_of_its_caller_which_nobody_chooses()
    {
        Save(
            "mine.sql",
            "-- title: Mine\nselect :tenant as tenant, name from jobs.tenants where id = :tenant"
        );

        (await RunAsync("mine")).GetProperty("rows")[0][0].GetInt32().ShouldBe(KindServices.Tenant);
        (await ErrorAsync("mine", """{"tenant":1}""")).Code.ShouldBe(ErrorCodes.InvalidItem);
    }

    [Fact]
    public async Task A_report_for_some_tenants_is_not_there_for_others()
    {
        var name = await database.ScalarAsync<string>(
            "select name from jobs.tenants where id = 2",
            Token
        );
        Write("theirs", "select 1", "tenants: somebody-else");
        Write("ours", "select 1", $"tenants: somebody-else, {name}");

        (await ErrorAsync("theirs")).Code.ShouldBe(ReportErrors.UnknownReport);
        (await RunAsync("ours")).GetProperty("rowCount").GetInt32().ShouldBe(1);
        (
            await Services
                .Get<ReportRunner>()
                .AllowedAsync(2, Services.Get<ReportCatalog>().All, Token)
        )
            .Select(r => r.Name)
            .ShouldBe(["ours"]);
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
        await using var other = await database.DataSource.Requests.OpenConnectionAsync(Token);
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

    [Fact]
    public async Task Reports_are_read_again_when_told_and_broken_files_say_why()
    {
        Write("one", "select 1");
        var catalog = Services.Get<ReportCatalog>();
        catalog.All.ShouldHaveSingleItem();
        Write("two", "select 2");
        Save("broken.sql", "select 3");
        Save("nowhere.sql", "-- title: A\n-- source: nowhere\nselect 3");

        catalog.Reload();

        catalog.All.Select(r => r.Name).Order(StringComparer.Ordinal).ShouldBe(["one", "two"]);
        catalog.Faults.Keys.Order(StringComparer.Ordinal).ShouldBe(["broken", "nowhere"]);
        (await ErrorAsync("broken")).Code.ShouldBe(ReportErrors.UnknownReport);
    }

    [Fact]
    public async Task The_reports_that_come_with_it_run()
    {
        await using var shipped = new KindServices(
            database,
            ("Jobs:Reports:Folder", Path.Combine(Docs.Documentation.Root, "reports"))
        );
        var catalog = shipped.Get<ReportCatalog>();

        catalog.Faults.ShouldBeEmpty();
        catalog.All.Count.ShouldBeGreaterThan(1);
        foreach (var report in catalog.All)
        {
            var result = await shipped.Get<ReportRunner>().RunAsync(2, report, null, Token);
            result.Columns.Count.ShouldBeGreaterThan(1);
        }
    }

    private void Write(
        string name,
        string sql,
        string setting = "limit: 100",
        string source = "other"
    ) => Save($"{name}.sql", $"-- title: {name}\n-- source: {source}\n-- {setting}\n{sql}");

    private void Save(string file, string text) =>
        File.WriteAllText(Path.Combine(folder.Location, file), text);

    private async Task<JsonElement> RunAsync(string name, string parameters = "{}")
    {
        var outcome = await ExecuteAsync(name, parameters);
        outcome.Error.ShouldBeNull();
        return JsonElement.Parse(outcome.Result.Span);
    }

    private async Task<ItemError> ErrorAsync(string name, string parameters = "{}") =>
        (await ExecuteAsync(name, parameters)).Error.ShouldNotBeNull();

    private Task<ItemOutcome> ExecuteAsync(string name, string parameters) =>
        Services.RunAsync("query", $$"""{"report":"{{name}}","parameters":{{parameters}}}""");
}
