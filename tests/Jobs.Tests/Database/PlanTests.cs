using System.Text.RegularExpressions;
using Jobs.Auditing;
using Jobs.Batches;
using Jobs.Caching.Shared;
using Jobs.Caching.Subscriptions;
using Jobs.Dashboard;
using Jobs.Database;
using Jobs.Engine;
using Jobs.Idempotency;
using Jobs.Kinds.Cleanup;
using Jobs.Kinds.Documents;
using Jobs.Kinds.Queries;
using Jobs.Kinds.Queries.Frequent;
using Jobs.Kinds.Queries.Index;
using Jobs.Monitoring.Samples;
using Jobs.Notifications;
using Jobs.Notifications.Webhooks;
using Jobs.Queues;
using Jobs.RateLimiting;
using Jobs.Recurring;
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
    private const string SettleTypes =
        "uuid[], bigint[], int[], int[], smallint[], smallint[], smallint[], smallint[], smallint[], text[], text[], "
        + "bytea[], smallint[], bool[], bigint[], smallint[], bigint[], bytea[], smallint[], interval, uuid[]";

    private const string SettleValues =
        "array[{id}]::uuid[], array[1], array[1], array[0], array[1], array[10], array[10], array[0], array[0], "
        + "array['[0,1]'], array[null], array[null]::bytea[], array[0], array[false], array[1], array[2], array[20], "
        + "array['\\x01']::bytea[], array[1], '30 days', array[{id}]::uuid[]";

    internal static readonly Dictionary<string, Statement> Statements = new(StringComparer.Ordinal)
    {
        ["Lease"] = new(
            LeaseStatements.Lease,
            "uuid, text[], int[], int[], int, smallint[], int[], float8[], float8[], bool[], float8, float8, interval, interval, int, bool, bigint",
            "{id}, array['k0', 'k1', 'k2'], array[8, 8, 3], array[0, 9, 0], 8, array[0, 1, 2], array[2], array[0.5], "
                + "array[0.1], array[true], 0, 0.01, '1 minute', '10 minutes', 0, true, 0",
            Engine: true
        ),
        ["Lease by id"] = new(
            LeaseByIdStatement.Lease,
            "uuid, uuid, bigint, text[], int[], int[], int, bool, bool",
            "{id}, {id}, 1, array['k0', 'k1', 'k2'], array[8, 8, 3], array[0, 9, 0], 3, false, true",
            Engine: true
        ),
        ["Submit"] = new(
            SubmitStatements.InsertBatches,
            "uuid[], int[], text[], smallint[], int[], smallint[], int[], text[], timestamptz[], timestamptz[], interval[], "
                + "uuid[], bool[], text[], int[], smallint[], bigint[], int[], smallint[], bytea[], smallint[], smallint[], "
                + "text[], text[], bigint, interval, uuid, bool[], text[]",
            "array[{id}]::uuid[], array[2], array['k1'], array[1], array[1], array[3], array[1000], array[null], array[now()], "
                + "array[null]::timestamptz[], array[null]::interval[], array[null]::uuid[], array[false], array[null], "
                + "array[null]::int[], array[null]::smallint[], array[1], array[0], array[1], array[null]::bytea[], array[0], "
                + "array[0], array[null], array[null], 1000000, '30 days', {id}, array[true], array[null]"
        ),
        ["Promote"] = new(LeaseStatements.Promote, "bigint", "1000000", Engine: true),
        ["Settle"] = new(SettleStatement.Settle, SettleTypes, SettleValues, Engine: true),
        ["Admit"] = new(SettleStatement.Admit, "uuid[]", "array[{id}]::uuid[]", Engine: true),
        ["Heartbeat"] = new(
            WorkerStatements.Heartbeat,
            "uuid, interval, text, text",
            "{id}, '30 seconds', 'active', 'here'",
            Engine: true
        ),
        ["Disown"] = new(
            WorkerStatements.Disown,
            "uuid, uuid[], bigint[], int[]",
            "{id}, array[{id}]::uuid[], array[1], array[1]",
            Engine: true
        ),
        ["Rescue"] = new(
            WorkerStatements.Rescue,
            "uuid[], bool",
            "array[{id}]::uuid[], true",
            Engine: true
        ),
        ["Workers"] = new(WorkerStatements.List, "", "", Engine: true),
        ["Get"] = new(ReadStatements.Get, "int, uuid", "2, {id}"),
        ["List"] = new(
            ReadStatements.List,
            "int, text, text, smallint, uuid, int",
            "2, null, null, null, null, 50"
        ),
        ["List, from a batch on"] = new(
            ReadStatements.List,
            "int, text, text, smallint, uuid, int",
            "2, 'running', 'k1', 1::smallint, {id}, 50"
        ),
        ["Pages"] = new(
            ReadStatements.Pages,
            "int, uuid, int, text, int, int",
            "2, {id}, 3, null, 4, 0"
        ),
        ["Pages with failures"] = new(
            ReadStatements.Pages,
            "int, uuid, int, text, int, int",
            "2, {id}, 0, 'failed', 4, 0"
        ),
        ["Pages with pending"] = new(
            ReadStatements.Pages,
            "int, uuid, int, text, int, int",
            "2, {id}, 0, 'pending', 4, 0"
        ),
        ["Outcomes"] = new(ReadStatements.Outcomes, "uuid, int[]", "{id}, array[0, 1, 2, 3]"),
        ["Chunks"] = new(ReadStatements.Chunks, "uuid, int[]", "{id}, array[0, 1, 2, 3]"),
        ["Errors"] = new(ReadStatements.Errors, "int, uuid", "2, {id}"),
        ["FailuresSince"] = new(
            ReadStatements.FailuresSince,
            "int, uuid, bigint, bigint, int",
            "2, {id}, 1, 100, 1000"
        ),
        ["Feed"] = new(
            FeedStatements.Look,
            "int, text, timestamptz, uuid[], interval, int, bool",
            "2, '100:100:', now(), array[{id}]::uuid[], '5 seconds', 1000, true",
            Engine: true
        ),
        ["Feed, version at"] = new(
            FeedStatements.VersionAt,
            "int, uuid, text",
            "2, {id}, '100:100:'"
        ),
        ["Lock"] = new(SteerStatements.Lock, "int, uuid", "2, {id}"),
        ["Cancel"] = new(
            SteerStatements.Cancel,
            "int, uuid, interval, text",
            "2, {id}, '30 days', 'caller'"
        ),
        ["Pause"] = new(SteerStatements.Pause, "int, uuid", "2, {id}"),
        ["Resume"] = new(SteerStatements.Resume, "int, uuid", "2, {id}"),
        ["Release"] = new(FollowStatements.Release, "int, uuid", "2, {id}"),
        ["Look"] = new(FollowStatements.Look, "", "", Engine: true),
        ["Waiting"] = new(FollowStatements.Waiting, "uuid", "{id}", Engine: true),
        ["ForgetEnd"] = new(FollowStatements.ForgetEnd, "uuid", "{id}", Engine: true),
        ["Overdue"] = new(FollowStatements.Overdue, "uuid[]", "array[{id}]::uuid[]", Engine: true),
        ["Retry, count"] = new(
            RetryStatements.Count,
            "int, uuid, bool, text",
            "2, {id}, false, 'busy'"
        ),
        ["Retry, outcomes"] = new(
            RetryStatements.Outcomes,
            "uuid, int, bool, text, int",
            "{id}, 0, false, 'busy', 8"
        ),
        ["Retry, supersede"] = new(
            RetryStatements.Supersede,
            "uuid, int[], bigint[], int[], bytea[], smallint[], smallint[], text[]",
            "{id}, array[0], array[1], array[1], array['\\x01']::bytea[], array[0], array[0], array[null]"
        ),
        ["Retry, chunks"] = new(
            RetryStatements.InsertChunks,
            "uuid, int[], smallint[], bytea[], smallint[], bigint, bigint",
            "{id}, array[0], array[1], array['\\x01']::bytea[], array[1], 1000000, 0"
        ),
        ["Retry, reopen"] = new(RetryStatements.Reopen, "uuid, int, int", "{id}, 1, 0"),
        ["Delete"] = new(SteerStatements.Delete, "int, uuid", "2, {id}"),
        ["Webhook lease"] = new(
            WebhookStatements.Lease,
            "int[], interval",
            "array[1], '30 seconds'",
            Engine: true
        ),
        ["Webhook list"] = new(WebhookStatements.List, "int, uuid", "2, {id}"),
        ["Webhook replay"] = new(WebhookStatements.Replay, "int, uuid", "2, {id}"),
        ["Idempotency claim"] = new(
            IdempotencyStatements.Claim,
            "int, bytea, uuid, interval, interval",
            "2, sha256('1'), {id}, '30 seconds', '1 day'"
        ),
        ["Idempotency release"] = new(
            IdempotencyStatements.Release,
            "int, bytea, uuid",
            "2, sha256('1'), {id}"
        ),
        ["Idempotency cleanup"] = new(IdempotencyCleanup.Purge, "int", "1000"),
        ["Queues"] = new(QueueStatements.Read, "int, int, int", "2, 2, 10000", Engine: true),
        ["Schedule, next due"] = new(
            ScheduleStatements.NextDue,
            "text[], interval",
            "array['k0'], null",
            Engine: true
        ),
        ["Schedule, fired"] = new(
            ScheduleStatements.Fired,
            "int, text, timestamptz, text, uuid, int, text, text, timestamptz",
            "2, 's1', now(), 'submitted', {id}, 0, null, null, now()",
            Engine: true
        ),
        ["Schedule, run by hand"] = new(
            ScheduleStatements.RunByHand,
            "int, text, uuid",
            "2, 's1', {id}"
        ),
        ["Schedules of a tenant"] = new(ScheduleStoreStatements.List, "int", "2"),
        ["Schedule"] = new(ScheduleStoreStatements.Get, "int, text", "2, 's1'"),
        ["Schedule, runs"] = new(
            ScheduleStoreStatements.Runs,
            "int, text, bigint, int",
            "2, 's1', 1000000, 51"
        ),
        ["Find a document"] = new(DocumentSql.Find, "uuid, int, smallint", "{id}, 2, 1"),
        ["Find a document's twin"] = new(
            DocumentSql.FindTwin,
            "int, bytea, smallint, uuid, text",
            "2, decode(repeat('ab', 32), 'hex'), 1, {id}, '.txt'"
        ),
        ["Ready as a twin"] = new(DocumentSql.ReadyAsTwin, "uuid, int, uuid", "{id}, 2, {id}"),
        ["Thumbnail"] = new(DocumentSql.ReadThumbnail, "uuid, int", "{id}, 2"),
        ["Rate limits, counters"] = new(
            BudgetStatements.List,
            "text, text, int",
            "'api', 'key:1000', 50"
        ),
        ["Rate limits, reset"] = new(BudgetStatements.Reset, "text, text", "'api', 'key:1000'"),
        ["Rate limits, prune"] = new(
            BudgetStatements.Prune,
            "text, text, int",
            "'api', 'key:1000', 100"
        ),
        ["Search, segments"] = new(SearchSql.Segments, "int", "2", Engine: true),
        ["Search, lexemes"] = new(
            SearchSql.Lexemes,
            "int, text[]",
            "2, array['gale warning']",
            Engine: true
        ),
        ["Search, sizes"] = new(SearchSql.Sizes, "int, text[]", "2, array['w1']", Engine: true),
        ["Search, postings"] = new(
            SearchSql.Postings,
            "int, text[], float8[]",
            "2, array['w1', 'w2'], array[1, 0.1]",
            Engine: true
        ),
        ["Search, similar"] = new(
            SearchSql.Similar,
            "int, text[]",
            "2, array['wrod']",
            Engine: true
        ),
        ["Search, variants"] = new(
            SearchSql.Variants,
            "int, text[], text[]",
            "2, array['english'], array['wrod']",
            Engine: true
        ),
        ["Search, verify"] = new(
            SearchSql.Verify,
            "int, uuid[], int[], int[], text[]",
            "2, array[{id}]::uuid[], array[0], array[1], array['\"a b\"']",
            Engine: true
        ),
        ["Search, hits"] = new(
            SearchSql.Hits,
            "int, uuid[], int[]",
            "2, array[{id}]::uuid[], array[0]",
            Engine: true
        ),
        ["Frequent searches, add"] = new(
            FrequentSql.Add,
            "int[], text[], text[], int[], int",
            "array[2], array['n1'], array['{\"q\":\"a\"}'], array[3], 500"
        ),
        ["Frequent searches, most"] = new(FrequentSql.Most, "int, int, int", "2, 20, 3"),
        ["Frequent searches, take"] = new(
            FrequentSql.Take,
            "text, interval, interval, interval, int",
            "'documents', '2 seconds', '30 seconds', '2 minutes', 4"
        ),
        ["Frequent searches, warmed"] = new(FrequentSql.Warmed, "int, interval", "2, '7 minutes'"),
        ["Frequent searches, purge"] = new(FrequentSql.Purge, "int", "1000"),
        ["Search index, passages"] = new(
            IndexSql.ReadPassages,
            "uuid[], int",
            "array[{id}]::uuid[], 2"
        ),
        ["Search index, remove"] = new(IndexSql.Remove, "uuid[], int", "array[{id}]::uuid[], 2"),
        ["Search index, move"] = new(
            IndexSql.Move,
            "int, bigint, uuid[], bigint[]",
            "2, 1, array[{id}]::uuid[], array[1]"
        ),
        ["Cache, read"] = new(
            SharedStatements.Read,
            "int[], text[]",
            "array[2, 2], array['content:1', 'content:2']",
            Engine: true
        ),
        ["Cache, write"] = new(
            SharedStatements.Write,
            "int[], text[], bytea[], smallint[], text[], timestamptz[], interval[], interval[], interval[], interval, text[], timestamptz",
            "array[2], array['content:1'], array['a'::bytea], array[0::smallint], array[''], array[now()], array['1 hour'::interval], array['1 hour'::interval], array['1 hour'::interval], '10 minutes', array['k2:content:1'], 'infinity'",
            Engine: true
        ),
        ["Cache, remove"] = new(
            SharedStatements.Remove,
            "int[], text[], text[], text[], int[], text[], bool, text[]",
            "array[2], array['content:1'], array['2:t1'], array['t2'], array[2], array['content:'], false, array['a']",
            Engine: true
        ),
        ["Cache, delete a prefix"] = new(
            SharedStatements.DeletePrefix,
            "int, text, timestamptz, int",
            "2, 'content:12', now(), 1000",
            Engine: true
        ),
        ["Cache, follow removals"] = new(
            SharedStatements.Removals,
            "bigint, bigint[], int",
            "19000, array[18999, 18998]::bigint[], 1000",
            Engine: true
        ),
        ["Cache, claim"] = new(
            SharedStatements.Claim,
            "int, text, uuid, interval",
            "2, 'content:1', {id}, '30 seconds'",
            Engine: true
        ),
        ["Cache, release"] = new(
            SharedStatements.Release,
            "int, text, uuid",
            "2, 'content:1', {id}",
            Engine: true
        ),
        ["Cache, count keys"] = new(
            SharedStatements.CountKeys,
            "int, text[]",
            "2, array['content:1']"
        ),
        ["Cache, count tags"] = new(SharedStatements.CountTags, "text[]", "array['2:t1']"),
        ["Cache, count a prefix"] = new(
            SharedStatements.CountPrefix,
            "int, text",
            "2, 'content:12'"
        ),
        ["Cache, subscriptions"] = new(SubscriptionStatements.List, "int", "2"),
        ["Cache cleanup"] = new(CacheCleanup.Purge, "int", "1000"),
        ["Cache cleanup, removals"] = new(
            CacheCleanup.PurgeRemovals,
            "interval, int",
            "'10 minutes', 1000"
        ),
        ["Cache cleanup, marks"] = new(CacheCleanup.PurgeMarks, "interval, int", "'15 days', 1000"),
        ["Cache cleanup, messages"] = new(
            CacheCleanup.PurgeMessages,
            "interval, int",
            "'7 days', 1000"
        ),
        ["Notifications"] = new(NotificationStatements.List, "int, bigint, int", "2, 1000000, 51"),
        ["Notifications, unread"] = new(
            NotificationStatements.ListUnread,
            "int, bigint, int",
            "2, 1000000, 51"
        ),
        ["Notifications, count"] = new(NotificationStatements.Count, "int", "2"),
        ["Notifications, look"] = new(
            NotificationStatements.Look,
            "int, text, timestamptz, int, text",
            "2, '100:100:', now(), 500, null",
            Engine: true
        ),
        ["Dashboard, series"] = new(
            DashboardStatements.Series,
            "int, timestamptz, timestamptz, int, int",
            "2, now() - interval '1 day', now(), 3600, 20000",
            Engine: true
        ),
        ["Dashboard, open"] = new(DashboardStatements.Open, "int, int", "2, 20000", Engine: true),
        ["Dashboard, submitted"] = new(
            DashboardStatements.Submitted,
            "int, int",
            "2, 50",
            Engine: true
        ),
        ["Dashboard, ended"] = new(DashboardStatements.Ended, "int, int", "2, 50", Engine: true),
        ["Audit"] = new(
            AuditStatements.List,
            "text, text, text, timestamptz, timestamptz, bigint, bigint",
            "null, null, null, null, null, 1000000, 51"
        ),
        ["Audit, prune"] = new(AuditStatements.Prune, "interval, int", "'365 days', 1000"),
        ["Samples, write"] = new(
            SampleStatements.Write,
            "uuid, text, int, interval, text[], text[], int[], bigint[], float8[], float8[], float8[], bytea[], int",
            "{id}, 'node', 2, '1 minute', array['s1', 'new'], array['{}', '{}'], array[null, null]::int[], array[1, 1], "
                + "array[1, 1], array[1, 1], array[1, 1], array[null, null]::bytea[], 10000"
        ),
        ["Samples, read"] = new(
            SampleStatements.Read,
            "text[], int, int[], timestamptz[], timestamptz[], timestamptz, int",
            "array['s1', 's2'], null, array[60, 3600], array[now() - interval '5 minutes', now() - interval '1 day'], "
                + "array[now(), now() - interval '1 hour'], null, 500000"
        ),
        ["Samples, next to roll up"] = new(RollupStatements.Next, "int, int", "3600, 60"),
        ["Samples, of an hour"] = new(
            RollupStatements.Fine,
            "int, timestamptz, timestamptz",
            "60, now() - interval '2 hours', now() - interval '1 hour'"
        ),
        ["Samples, cleanup"] = new(
            RollupStatements.Purge,
            "int, interval, int",
            "60, '2 days', 1000"
        ),
        ["Find a duplicate"] = new(
            DocumentSql.FindDuplicate,
            "int, bytea",
            "2, decode(repeat('ab', 32), 'hex')"
        ),
    };

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
        @"Seq Scan on (chunks|batches|item_pages|outcome_pages|documents|passages|search_postings|search_terms|search_documents|search_segments|search_deleted|search_asked|search_warming|webhook_deliveries|webhook_attempts|idempotency_keys|schedules|schedule_runs|rate_limits|cache_entries|cache_marks|cache_removals|cache_subscriptions|audit|notifications|metric_samples)\w*",
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
