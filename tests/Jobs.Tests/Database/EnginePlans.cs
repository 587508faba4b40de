using Jobs.Batches;
using Jobs.Engine;

namespace Jobs.Tests.Database;

/// <summary>The statements of the engine and of batches.</summary>
internal static class EnginePlans
{
    private const string SettleTypes =
        "uuid[], bigint[], int[], int[], smallint[], smallint[], smallint[], smallint[], smallint[], text[], text[], "
        + "bytea[], smallint[], bool[], bigint[], smallint[], bigint[], bytea[], smallint[], interval, uuid[]";

    private const string SettleValues =
        "array[{id}]::uuid[], array[1], array[1], array[0], array[1], array[10], array[10], array[0], array[0], "
        + "array['[0,1]'], array[null], array[null]::bytea[], array[0], array[false], array[1], array[2], array[20], "
        + "array['\\x01']::bytea[], array[1], '30 days', array[{id}]::uuid[]";

    public static readonly Dictionary<string, PlanTests.Statement> All = new(StringComparer.Ordinal)
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
        ["Get"] = new(ReadStatements.Get, "int, uuid", "2, {id}", Engine: true),
        ["List"] = new(
            ReadStatements.List,
            "int, text, text, smallint, uuid, int",
            "2, null, null, null, null, 50",
            Engine: true
        ),
        ["List, from a batch on"] = new(
            ReadStatements.List,
            "int, text, text, smallint, uuid, int",
            "2, 'running', 'k1', 1::smallint, {id}, 50",
            Engine: true
        ),
        ["Pages"] = new(
            ReadStatements.Pages,
            "int, uuid, int, text, int, int",
            "2, {id}, 3, null, 4, 0",
            Engine: true
        ),
        ["Pages with failures"] = new(
            ReadStatements.Pages,
            "int, uuid, int, text, int, int",
            "2, {id}, 0, 'failed', 4, 0",
            Engine: true
        ),
        ["Pages with pending"] = new(
            ReadStatements.Pages,
            "int, uuid, int, text, int, int",
            "2, {id}, 0, 'pending', 4, 0",
            Engine: true
        ),
        ["Outcomes"] = new(
            ReadStatements.Outcomes,
            "uuid, int[]",
            "{id}, array[0, 1, 2, 3]",
            Engine: true
        ),
        ["Chunks"] = new(
            ReadStatements.Chunks,
            "uuid, int[]",
            "{id}, array[0, 1, 2, 3]",
            Engine: true
        ),
        ["Errors"] = new(ReadStatements.Errors, "int, uuid", "2, {id}", Engine: true),
        ["FailuresSince"] = new(
            ReadStatements.FailuresSince,
            "int, uuid, bigint, bigint, int",
            "2, {id}, 1, 100, 1000",
            Engine: true
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
    };
}
