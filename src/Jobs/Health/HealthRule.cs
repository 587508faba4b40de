namespace Jobs.Health;

/// <summary>
/// What is checked: from which value on it warns and is red, what that takes from the score, what follows from it and
/// what to do. <c>docs/health.md</c> has the same table, and a test compares the two.
/// </summary>
public sealed record HealthRule(
    string Name,
    string Unit,
    double Warn,
    double Red,
    int WarnPenalty,
    int RedPenalty,
    string Impact,
    string Advice
)
{
    /// <summary>Never red.</summary>
    public const double Never = double.PositiveInfinity;

    public static readonly IReadOnlyList<HealthRule> All =
    [
        new(
            "database",
            "ms",
            100,
            2_000,
            10,
            60,
            "Every request and every chunk waits for the database.",
            "Look at its load, its disk and the network; see the slowest statements in database/stats."
        ),
        new(
            "migrations",
            "missing",
            1,
            1,
            60,
            60,
            "The schema is not the one of this build: nothing is served.",
            "See the log for why the migration failed; it is tried again until it succeeds."
        ),
        new(
            "connections",
            "%",
            75,
            95,
            10,
            30,
            "New connections will be refused; requests are answered 503.",
            "Raise max_connections, start fewer processes, or put a pooler in front."
        ),
        new(
            "oldestReady",
            "s",
            300,
            3_600,
            10,
            20,
            "Items wait long before they start.",
            "Start more workers or raise Slots; see the queues for what waits."
        ),
        new(
            "workers",
            "missing",
            1,
            1,
            40,
            40,
            "No worker is alive: batches are accepted and wait.",
            "Start a worker, or set Jobs__Engine__Enabled."
        ),
        new(
            "heartbeats",
            "dead",
            1,
            Never,
            5,
            5,
            "Workers died or are cut off; their items are executed again after the lease time.",
            "See the log of those processes; a machine may be stalled or out of memory."
        ),
        new(
            "schedules",
            "failing",
            1,
            Never,
            5,
            5,
            "The last tick of some schedules failed.",
            "Open the schedule: its history has the reason."
        ),
        new(
            "webhooks",
            "% failed",
            20,
            Never,
            5,
            5,
            "Receivers do not get their messages in time.",
            "See the deliveries of a batch for what receivers answer."
        ),
        new(
            "breakers",
            "open",
            1,
            Never,
            5,
            5,
            "Calls to something outside are suspended.",
            "See breakers in /health and the log for which one."
        ),
        new(
            "reports",
            "sources",
            1,
            Never,
            5,
            5,
            "Over some data sources reports are refused, or may do too much.",
            "Let each sign in as a role that may only read."
        ),
        new(
            "disk",
            "% used",
            85,
            95,
            10,
            40,
            "PostgreSQL stops when the disk of its data is full.",
            "Free space, shorten Jobs__Batches__Retention, or move the data."
        ),
        new(
            "deadRows",
            "% of a table",
            40,
            Never,
            5,
            5,
            "Scans read what is not there any more.",
            "Let POST system/database/optimize vacuum; see oldestTransaction for what keeps it from working."
        ),
        new(
            "oldestTransaction",
            "s",
            300,
            3_600,
            10,
            20,
            "Nothing that was deleted since it began can be vacuumed.",
            "End the session in pg_stat_activity that holds it."
        ),
        new(
            "cache",
            "not shared",
            1,
            Never,
            5,
            5,
            "Each process computes for itself what others have.",
            "The database does not answer the cache in time: see its latency."
        ),
        new(
            "pool",
            "% of a pool",
            150,
            Never,
            5,
            5,
            "Requests or chunks of this process wait for a connection.",
            "See the pools in database/stats: raise Maximum Pool Size, or start another process."
        ),
        new(
            "errors",
            "% of requests",
            5,
            50,
            10,
            40,
            "The service fails over requests that it should have answered.",
            "See system/metrics for the endpoints that answer 5xx, and the log for why."
        ),
        new(
            "failedItems",
            "% of items",
            25,
            Never,
            10,
            10,
            "Many items of the last 15 minutes failed.",
            "See the errors of the batches that failed: a code names what went wrong."
        ),
        new(
            "partitions",
            "missing",
            1,
            2,
            10,
            40,
            "Without a partition for its week no batch can be stored.",
            "See why cleanup fails: it makes them three weeks ahead."
        ),
    ];

    /// <summary>The check of a value; of one that is not known, nothing is held against it.</summary>
    public static HealthCheck Check(string name, double? value)
    {
        var rule = All.Single(r => r.Name == name);
        var status =
            value >= rule.Red ? CheckStatus.Red
            : value >= rule.Warn ? CheckStatus.Warn
            : CheckStatus.Ok;
        return new HealthCheck(
            name,
            status,
            value is { } known ? Math.Round(known, 2) : null,
            rule.Unit,
            rule.Warn,
            double.IsPositiveInfinity(rule.Red) ? null : rule.Red,
            status switch
            {
                CheckStatus.Red => rule.RedPenalty,
                CheckStatus.Warn => rule.WarnPenalty,
                _ => 0,
            },
            rule.Impact,
            rule.Advice
        );
    }
}
