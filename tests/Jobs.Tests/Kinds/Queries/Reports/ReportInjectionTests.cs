using System.Text.Json;
using Jobs.Kinds.Queries.Reports;
using Jobs.Testing;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Kinds.Queries.Reports;

/// <summary>What is more than a query, and what is hidden in values, over a session that might do everything.</summary>
public sealed class ReportInjectionTests(TestDatabase database) : ReportTest(database)
{
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
            await Database.ScalarAsync<bool>(
                "select to_regclass('public.made') is null and to_regclass('public.copied') is null",
                Token
            )
        ).ShouldBeTrue();
        File.Exists("/tmp/never").ShouldBeFalse();
        (await Database.ScalarAsync<long>("select count(*) from public.written", Token)).ShouldBe(
            0
        );
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
            await Database.ScalarAsync<bool>(
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
            await Database.ScalarAsync<long>("select count(*) from pg_largeobject_metadata", Token)
        ).ShouldBe(0);
    }
}
