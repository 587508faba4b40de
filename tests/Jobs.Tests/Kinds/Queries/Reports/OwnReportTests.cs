using Jobs.Kinds.Queries.Reports;
using Jobs.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Kinds.Queries.Reports;

/// <summary>Reports over the service's own database, whose service is a superuser: what they cannot do, and cannot see.</summary>
public sealed class OwnReportTests(TestDatabase database) : ReportTest(database)
{
    // What follows is there before it is counted.
    private const string Counts =
        "select (select count(*) from jobs_reports.tenants where s.x is not null) from ";

    [Fact]
    public async Task They_run_as_a_role_that_is_and_may_be_nothing_else()
    {
        Own(
            "role",
            """
            select current_user = session_user, r.rolsuper or r.rolcreaterole or r.rolcreatedb or r.rolreplication or r.rolbypassrls,
                (select count(*) from pg_auth_members m where m.member = r.oid),
                (select count(*) from pg_roles o where o.oid <> r.oid and pg_has_role(r.oid, o.oid, 'member')),
                has_schema_privilege('jobs', 'usage')
            from pg_roles r
            where r.rolname = session_user
            """
        );

        (await RunAsync("role"))
            .GetProperty("rows")[0]
            .GetRawText()
            .ShouldBe("[true,false,0,0,false]");
    }

    [Theory]
    [InlineData("select * from jobs.api_keys")]
    [InlineData("select * from jobs.tenants")]
    [InlineData("select * from jobs.report_access")]
    [InlineData("select * from jobs.data_protection_keys")]
    [InlineData("select * from jobs.batches")]
    [InlineData("select jobs.ensure_report_role('x')")]
    [InlineData("select * from pg_authid")]
    [InlineData("select * from pg_shadow")]
    [InlineData("select * from pg_user_mapping")]
    [InlineData("select * from pg_largeobject")]
    [InlineData("select * from pg_hba_file_rules")]
    [InlineData("select * from public.written")]
    [InlineData("copy (select 1) to program 'touch /tmp/never'")]
    [InlineData("copy (select 1) to '/tmp/never'")]
    [InlineData("select pg_read_file('/etc/hostname')")]
    [InlineData("select pg_read_file('postgresql.conf')")]
    [InlineData("select pg_read_binary_file('PG_VERSION')")]
    [InlineData("select pg_ls_dir('.')")]
    [InlineData("select pg_stat_file('.')")]
    [InlineData("select lo_import('/etc/hostname')")]
    [InlineData("select lo_export(1, '/tmp/never')")]
    [InlineData(
        "select query_to_xml('copy (select 1) to program ''touch /tmp/never''', true, true, '')"
    )]
    [InlineData("select query_to_xml('select * from jobs.api_keys', true, true, '')")]
    [InlineData("select query_to_xml('reset role', true, true, ''), pg_read_file('/etc/hostname')")]
    [InlineData("select set_config('role', 'jobs', true)")]
    [InlineData("select set_config('role', 'pg_read_all_data', true)")]
    [InlineData("select set_config('role', 'pg_execute_server_program', true)")]
    [InlineData("select set_config('role', 'none', true), pg_read_file('/etc/hostname')")]
    [InlineData("select set_config('session_authorization', 'jobs', true)")]
    [InlineData("select set_config('session_authorization', 'default', true), pg_ls_dir('.')")]
    [InlineData("set session authorization default")]
    [InlineData("reset session authorization")]
    [InlineData("reset role")]
    [InlineData("select set_config('log_statement', 'none', true)")]
    [InlineData("select set_config('session_replication_role', 'replica', true)")]
    [InlineData("select * from dblink('dbname=' || current_database(), 'select 1') t (a int)")]
    [InlineData(
        "select * from dblink('user=jobs dbname=' || current_database(), 'select 1') t (a int)"
    )]
    [InlineData("select dblink_connect('c', 'dbname=' || current_database())")]
    [InlineData("select dblink_connect_u('c', 'dbname=' || current_database())")]
    [InlineData("select pg_reload_conf()")]
    [InlineData(
        "select pg_terminate_backend(pid) from pg_stat_activity where usename <> current_user"
    )]
    [InlineData(Counts + "(select set_config('jobs.report_tenant', '1:x', true) as x offset 0) s")]
    [InlineData(Counts + "(select set_config('jobs.report_tenant', '', true) as x offset 0) s")]
    [InlineData(
        Counts
            + "(select set_config('jobs.report_tenant', '1:' || encode(sha256(convert_to('1:' || jobs_reports.challenge(), 'UTF8')), 'hex'), true) as x offset 0) s"
    )]
    public async Task What_no_report_may_do_or_see_is_refused(string sql)
    {
        Own("bad", sql);

        (await ErrorAsync("bad")).Code.ShouldBe(ReportErrors.ReportFailed);
        File.Exists("/tmp/never").ShouldBeFalse();
    }

    [Theory]
    [InlineData("batches")]
    [InlineData("documents")]
    [InlineData("tenants")]
    public async Task They_see_the_rows_of_the_caller_and_no_others(string view)
    {
        foreach (var tenant in (int[])[KindServices.Tenant, KindServices.OtherTenant])
        {
            await AddAsync(tenant);
        }
        var column = view == "tenants" ? "id" : "tenant_id";
        Own("mine", $"select distinct {column} from jobs_reports.{view}");
        // Of the rows of others, not even a mistake tells.
        Own(
            "peeps",
            $"select count(*) > 0 from jobs_reports.{view} where 1 / ({column} - {KindServices.OtherTenant}) is not null"
        );

        (await RunAsync("mine"))
            .GetProperty("rows")
            .GetRawText()
            .ShouldBe($"[[{KindServices.Tenant}]]");
        (await RunAsync("peeps")).GetProperty("rows")[0][0].GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task Every_view_is_one_of_the_tenants_rows()
    {
        var views = (
            await Database.ScalarAsync<string[]>(
                """
                select array_agg(c.relname::text)
                from pg_class c
                where c.relnamespace = 'jobs_reports'::regnamespace and c.relkind = 'v'
                    and 'security_barrier=true' = any (c.reloptions)
                """,
                Token
            )
        )!;
        views.Length.ShouldBe(
            await Database.ScalarAsync<int>(
                "select count(*)::int from pg_class where relnamespace = 'jobs_reports'::regnamespace",
                Token
            )
        );
        foreach (var view in views)
        {
            Own(view, $"select * from jobs_reports.{view} limit 1");
        }
        foreach (var view in views)
        {
            var result = await RunAsync(view);

            var names = result
                .GetProperty("columns")
                .EnumerateArray()
                .Select(c => c.GetProperty("name").GetString()!)
                .ToList();
            names.ShouldContain(view == "tenants" ? "id" : "tenant_id", StringComparer.Ordinal);
            names.ShouldNotContain(n => n.Contains("secret") || n.Contains("hash") || n == "url");
        }
    }

    [Fact]
    public async Task Nobody_else_sees_a_row_and_no_signature_is_good_twice()
    {
        var access = new ReportAccess(Database.DataSource);
        await using var connection = new NpgsqlConnection(await access.SignInAsync(Token));
        await connection.OpenAsync(Token);
        (await AskAsync(connection)).ShouldBe(PostgresErrorCodes.InsufficientPrivilege);
        string signed;
        await using (var transaction = await connection.BeginTransactionAsync(Token))
        {
            var challenge = (string)(await ScalarAsync(connection, ReportAccess.Challenge))!;
            signed = await access.SignAsync(KindServices.Tenant, challenge, Token);
            await ScalarAsync(connection, ReportAccess.Tenant, signed);
            (await AskAsync(connection)).ShouldBe("1");
        }

        await using (var transaction = await connection.BeginTransactionAsync(Token))
        {
            await ScalarAsync(connection, ReportAccess.Tenant, signed);
            (await AskAsync(connection)).ShouldBe(PostgresErrorCodes.InsufficientPrivilege);
        }
        await using (var transaction = await connection.BeginTransactionAsync(Token))
        {
            // Another tenant with the signature of this one.
            var challenge = (string)(await ScalarAsync(connection, ReportAccess.Challenge))!;
            signed = await access.SignAsync(KindServices.Tenant, challenge, Token);
            await ScalarAsync(
                connection,
                ReportAccess.Tenant,
                $"{KindServices.OtherTenant}{signed[signed.IndexOf(':')..]}"
            );
            (await AskAsync(connection)).ShouldBe(PostgresErrorCodes.InsufficientPrivilege);
        }
    }

    private void Own(string name, string sql) => Write(name, sql, source: Report.OwnSource);

    private static async Task<object?> ScalarAsync(
        NpgsqlConnection connection,
        string sql,
        params object[] values
    )
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }
        return await command.ExecuteScalarAsync(Token);
    }

    // How many tenants are seen, or why none is.
    private static async Task<string> AskAsync(NpgsqlConnection connection)
    {
        try
        {
            return (
                await ScalarAsync(connection, "select count(*) from jobs_reports.tenants")
            )!.ToString()!;
        }
        catch (PostgresException e)
        {
            return e.SqlState;
        }
    }

    private Task AddAsync(int tenant) =>
        Database.ScalarAsync<object>(
            """
            with b as (
                insert into jobs.batches (id, tenant_id, kind, priority, total, max_attempts, item_timeout_ms)
                values (gen_random_uuid(), $1, 'query', 1, 1, 1, 1000)
                returning id
            ), f as (
                insert into jobs.blobs (id, tenant_id, length, sha256)
                values (gen_random_uuid(), $1, 1, decode(repeat('ab', 32), 'hex'))
                returning id
            )
            insert into jobs.documents (id, tenant_id, batch_id, blob_id, name, media_type, length, sha256)
            select gen_random_uuid(), $1, b.id, f.id, 'a', 'text/plain', 1, decode(repeat('ab', 32), 'hex')
            from b, f
            """,
            Token,
            tenant
        );
}
