using Jobs.Auditing;
using Jobs.Dashboard;
using Jobs.Dashboard.Activities;
using Jobs.Idempotency;
using Jobs.Kinds.Cleanup;
using Jobs.Kinds.Documents;
using Jobs.Monitoring.Samples;
using Jobs.Notifications;
using Jobs.Notifications.Webhooks;
using Jobs.Queues;
using Jobs.RateLimiting;
using Jobs.Recurring;
using Jobs.Tenancy;

namespace Jobs.Tests.Database;

/// <summary>The statements of what stands around the batches: webhooks, schedules, documents, limits, and what tells of the service.</summary>
internal static class ServicePlans
{
    public static readonly Dictionary<string, PlanTests.Statement> All = new(StringComparer.Ordinal)
    {
        ["Caller by hash"] = new(
            CallerDirectory.FindByHash,
            "bytea, timestamptz",
            "decode(repeat('ab', 32), 'hex'), now()"
        ),
        ["Caller by id"] = new(CallerDirectory.FindById, "uuid, timestamptz", "{id}, now()"),
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
            "int, int[], timestamptz[], timestamptz[], timestamptz, int, int",
            "2, array[60], array[now() - interval '1 day'], array[now()], now() - interval '1 day', 3600, 24",
            Engine: true
        ),
        ["Dashboard, export"] = new(
            DashboardStatements.Export,
            "int, timestamptz, timestamptz, uuid, int",
            "2, now() - interval '1 day', now(), {id}, 2000",
            Engine: true
        ),
        ["Activity, submitted"] = new(
            ActivityStatements.Submitted,
            "int, uuid, int",
            "2, {id}, 50",
            Engine: true
        ),
        ["Activity, started"] = new(
            ActivityStatements.Started,
            "int, timestamptz, uuid, int",
            "2, now(), {id}, 50",
            Engine: true
        ),
        ["Activity, ended"] = new(
            ActivityStatements.Ended,
            "int, timestamptz, uuid, int",
            "2, now(), {id}, 50",
            Engine: true
        ),
        ["Activity, runs"] = new(
            ActivityStatements.Runs,
            "int, timestamptz, bigint, text[], int",
            "2, now(), 1000000, array['failed'], 50",
            Engine: true
        ),
        ["Activity, acts"] = new(
            ActivityStatements.Acts,
            "int, timestamptz, bigint, text[], int",
            "2, now(), 1000000, array['batch.cancel'], 50",
            Engine: true
        ),
        ["Audit"] = new(
            AuditStatements.List,
            "text, text, text, timestamptz, timestamptz, bigint, bigint",
            "null, null, null, null, null, 1000000, 51"
        ),
        ["Audit, prune"] = new(AuditStatements.Prune, "interval, int", "'365 days', 1000"),
        ["Samples, series"] = new(
            SampleStatements.Series,
            "text[], text[], int[], int",
            "array['s1', 'new'], array['{}', '{}'], array[null, 2]::int[], 10000"
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
}
