using System.Text.RegularExpressions;
using Jobs.Database;
using Jobs.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Database;

/// <summary>
/// What runs per request or per chunk reads no table that grows from end to end, whether PostgreSQL plans it for these
/// values or once for all.
/// </summary>
public sealed partial class PlanTests(PlanTests.Filled filled) : IClassFixture<PlanTests.Filled>
{
    internal static readonly Dictionary<string, Statement> Statements = new(
        EnginePlans.All.Concat(ServicePlans.All).Concat(SearchPlans.All),
        StringComparer.Ordinal
    );

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var name in Statements.Keys)
            {
                cases.Add(name, "force_custom_plan");
                cases.Add(name, "force_generic_plan");
            }
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task No_table_that_grows_is_read_from_end_to_end(string name, string mode)
    {
        var statement = Statements[name];
        var plan = await filled.PlanAsync(statement, mode, Stop);

        plan.ShouldNotBeEmpty();
        Scan().Matches(plan).Select(m => m.Value).ShouldBeEmpty(plan);
    }

    [GeneratedRegex(
        @"Seq Scan on (chunks|batches|item_pages|outcome_pages|documents|passages|search_postings|search_terms|search_documents|search_segments|search_deleted|search_asked|search_warming|webhook_deliveries|webhook_attempts|idempotency_keys|schedules|schedule_runs|rate_limits|cache_entries|cache_marks|cache_removals|cache_subscriptions|audit|notifications|metric_samples|batch_tallies)\w*",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Scan();

    /// <summary>A statement with values that are like those of the program.</summary>
    /// <param name="Values">As SQL; <c>{id}</c> stands for a batch.</param>
    /// <param name="Engine">Whether it runs with the engine's planner settings.</param>
    public sealed record Statement(string Sql, string Types, string Values, bool Engine = false)
    {
        /// <summary>How PostgreSQL would execute it, without costs.</summary>
        internal async Task<string> PlanAsync(
            JobsDataSource database,
            string mode,
            Guid batch,
            CancellationToken ct
        )
        {
            var pool = Engine ? database.Engine : database.Requests;
            await using var connection = await pool.OpenConnectionAsync(ct);
            var types = Types.Length > 0 ? $"({Types})" : "";
            var values = Values.Length > 0 ? $"({Values})" : "";
            await ExecuteAsync(connection, $"set plan_cache_mode = {mode}", ct);
            await ExecuteAsync(connection, $"prepare tried{types} as {Sql}", ct);
            await using var explain = new NpgsqlCommand(
                $"explain (costs off) execute tried{values.Replace("{id}", $"'{batch}'", StringComparison.Ordinal)}",
                connection
            );
            var lines = new List<string>();
            await using (var row = await explain.ExecuteReaderAsync(ct))
            {
                while (await row.ReadAsync(ct))
                {
                    lines.Add(row.GetString(0));
                }
            }
            await ExecuteAsync(connection, "deallocate tried; reset plan_cache_mode", ct);
            return string.Join('\n', lines);
        }

        private static async Task ExecuteAsync(
            NpgsqlConnection connection,
            string sql,
            CancellationToken ct
        )
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync(ct);
        }
    }

    /// <summary>A database with 1,000 batches in flight, 20,000 chunks of three kinds, and as many documents.</summary>
    public sealed class Filled : IAsyncLifetime
    {
        private const string Fill = """
            create temporary table made as
            select (lpad(to_hex((extract(epoch from now()) * 1000)::bigint), 12, '0') || '70008000' || lpad(to_hex(n), 12, '0'))::uuid as id,
                n
            from generate_series(1, 1000) n;

            insert into jobs.batches (id, tenant_id, kind, priority, state, total, succeeded, max_attempts, item_timeout_ms, started_at)
            select id, 1 + n % 2, 'k' || n % 3, 1, 'running', 300, 100, 3, 60000, now() from made;

            insert into jobs.item_pages (batch_id, page, first, count, items)
            select id, p, p * 10, 10, repeat(E'{}\n', 9) || '{}' from made, generate_series(0, 29) p;

            insert into jobs.chunks (batch_id, page, tenant_id, kind, priority, rank, state, limited, count)
            select id, p, 1 + n % 2, 'k' || n % 3, 1, n * 1000 + p,
                case when p > 1 and n % 50 = 0 then 'held' else 'ready' end, n % 50 = 0, 10
            from made, generate_series(0, 19) p;

            insert into jobs.outcome_pages (batch_id, page, version, part, attempt, succeeded, failed, cancelled, outcomes)
            select id, p, p, 1, 1, 10, 0, 0, '' from made, generate_series(20, 29) p;

            insert into jobs.webhook_deliveries (batch_id, version, tenant_id, url, batch, state, due_at)
            select b.id, v, b.tenant_id, 'https://example.com/', to_jsonb(b), 'delivered', null
            from jobs.batches b, generate_series(1, 20) v;

            insert into jobs.webhook_attempts (batch_id, version, attempt, at, duration_ms, status)
            select batch_id, version, 1, now(), 1, 200 from jobs.webhook_deliveries;

            insert into jobs.idempotency_keys (tenant_id, key, token, request_hash, status, headers, body, expires_at)
            select 2, sha256(n::text::bytea), gen_random_uuid(), '', 202, '{}', '', now() + n * interval '1 second'
            from generate_series(1, 20000) n;

            insert into jobs.tenants (name) select 't' || n from generate_series(1, 20) n;

            insert into jobs.cache_epoch (id) values (gen_random_uuid());

            insert into jobs.cache_entries (tenant_id, key, value, tags, expires_at, expires_bucket)
            select 1 + n % 2, 'content:' || n, 'value', case when n % 10 = 0 then array[1 + n % 2 || ':t' || n % 100] else '{}' end,
                now() + interval '1 hour', floor(extract(epoch from now()) / 600)::int + n % 10
            from generate_series(1, 20000) n;

            insert into jobs.cache_marks (tag, at) select '2:t' || n, now() - interval '1 day' from generate_series(1, 5000) n;

            insert into jobs.cache_removals (at, items) select now(), '{k2:content:1}' from generate_series(1, 20000) n;

            insert into jobs.cache_subscriptions (id, tenant_id, url, tags)
            select gen_random_uuid(), t.id, 'https://example.com/', array['t1']
            from jobs.tenants t, generate_series(1, 50) n;

            insert into jobs.notifications (tenant_id, type, read_at)
            select 2 + n % 20, 'health', case when n % 10 > 0 then now() end from generate_series(1, 20000) n;

            insert into jobs.audit (tenant, actor, action, outcome)
            select 't' || n % 20, 'a' || n % 50, 'c' || n % 30, 'done' from generate_series(1, 20000) n;

            insert into jobs.schedules (tenant_id, name, cron, kind, items, next_at)
            select t.id, 's' || n, '* * * * *', 'k0', '{}', now() + n * interval '1 minute'
            from jobs.tenants t, generate_series(1, 100) n;

            insert into jobs.schedule_runs (tenant_id, name, due_at, state, batch_id)
            select s.tenant_id, s.name, now(), 'submitted', (select id from made where n = 1 + g)
            from jobs.schedules s, generate_series(1, 20) g;

            insert into jobs.rate_limits (policy, subject, bucket)
            select 'api', 'key:' || n, n from generate_series(1, 20000) n;

            insert into jobs.metric_series (name) select 's' || n from generate_series(1, 50) n;

            insert into jobs.metric_samples (series_id, resolution, at, since, count, sum, min, max)
            select s.id, 60, t, t, 1, 1, 1, 1
            from jobs.metric_series s, generate_series(now() - interval '500 minutes', now(), interval '1 minute') t;

            insert into jobs.blobs (id, tenant_id, length, sha256)
            select gen_random_uuid(), 2, 1, decode(repeat('cd', 32), 'hex');

            insert into jobs.documents (id, tenant_id, batch_id, blob_id, state, name, media_type, length, sha256)
            select gen_random_uuid(), 2, m.id, b.id, 'ready', 'a', 'text/plain', 1, sha256((m.n || '-' || g)::bytea)
            from made m, generate_series(1, 20) g, jobs.blobs b;

            insert into jobs.passages (document_id, ordinal, tenant_id, body, terms)
            select id, 0, 2, 'a', to_tsvector('english', 'a gale') from jobs.documents;

            insert into jobs.search_segments (tenant_id, documents, passages, length, configs, document_ids, firsts)
            select t.id, 1, 1, 1, '{english}', '', '' from jobs.tenants t, generate_series(1, 100);

            insert into jobs.search_postings (tenant_id, segment_id, lexeme, postings)
            select s.tenant_id, s.id, 'w' || n, '\x01000101' from jobs.search_segments s, generate_series(1, 50) n;

            insert into jobs.search_terms (tenant_id, lexeme)
            select 2, 'word' || n from generate_series(1, 20000) n;

            insert into jobs.search_documents (document_id, tenant_id, segment_id, ordinal)
            select id, 2, 1, 0 from jobs.documents;

            insert into jobs.search_deleted (tenant_id, segment_id, ordinal)
            select t.id, n, 0 from jobs.tenants t, generate_series(1, 1000) n;

            insert into jobs.search_asked (tenant_id, hour, name, query, times)
            select t.id, date_trunc('hour', now()) - h * interval '1 hour', 'n' || n, '{}', n
            from jobs.tenants t, generate_series(0, 24) h, generate_series(1, 50) n;

            insert into jobs.tenants (name) select 'w' || n from generate_series(1, 5000) n;
            insert into jobs.search_warming (tenant_id, due_at)
            select id, now() + interval '5 minutes' from jobs.tenants;

            -- Partitions of the weeks to come are empty, and an empty table is read from end to end.
            do $$
            declare
                part regclass;
                filled bool;
            begin
                for part in
                    select i.inhrelid
                    from pg_inherits i
                    where i.inhparent in ('jobs.item_pages'::regclass, 'jobs.outcome_pages'::regclass)
                loop
                    execute format('select exists (select from %s)', part) into filled;
                    if not filled then
                        execute format('drop table %s', part);
                    end if;
                end loop;
            end $$;

            analyze;
            """;

        private readonly TestDatabase database = new();
        private Guid batch;

        public async ValueTask InitializeAsync()
        {
            await database.InitializeAsync();
            await database.ScalarAsync<int>(Fill, CancellationToken.None);
            batch = await database.ScalarAsync<Guid>(
                "select id from jobs.batches order by id offset 500 limit 1",
                CancellationToken.None
            );
        }

        public ValueTask DisposeAsync() => database.DisposeAsync();

        internal Task<string> PlanAsync(Statement statement, string mode, CancellationToken ct) =>
            statement.PlanAsync(database.DataSource, mode, batch, ct);
    }
}
