using Jobs.Caching;
using Jobs.Database;
using Jobs.Database.Care;
using Jobs.Engine;
using Jobs.Kinds.Queries.Reports;
using Jobs.Monitoring.Requests;
using Jobs.Queues;
using Jobs.Resilience;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Jobs.Health;

/// <summary>
/// Looks at everything that the health of the service is made of, at most once a second whoever asks. It never fails:
/// that the database does not answer is what it says then. Thread-safe.
/// </summary>
public sealed class HealthExaminer(
    JobsDataSource database,
    DatabaseReadiness readiness,
    QueueReader queues,
    WorkerReader workers,
    ConnectionPools pools,
    RequestReporter requests,
    Breakers breakers,
    CacheStore cache,
    ReportCare reports,
    IOptions<JobsOptions> options,
    TimeProvider time
)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>The time of which requests are judged, and how many of them say something.</summary>
    private static readonly TimeSpan Recent = TimeSpan.FromMinutes(5);

    private const long EnoughRequests = 20;

    private readonly Lock gate = new();
    private Task<HealthReport>? last;
    private long at;

    public Task<HealthReport> ExamineAsync(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (last is null || time.GetElapsedTime(at) > Fresh)
            {
                // Nobody's token: others wait for the same report.
                (last, at) = (LookAsync(), time.GetTimestamp());
            }
            return last.WaitAsync(cancellationToken);
        }
    }

    private async Task<HealthReport> LookAsync()
    {
        var open = breakers.List().Count(b => b.State == BreakerState.Open);
        HealthCheck[] own =
        [
            HealthRule.Check("migrations", readiness.IsReady ? 0 : 1),
            HealthRule.Check("breakers", open),
            HealthRule.Check("pool", pools.Read().Max(p => (double?)p.Percent)),
            HealthRule.Check("cache", cache.IsShared ? 0 : 1),
            HealthRule.Check("disk", DiskUse.Percent(options.Value.DataDirectory)),
        ];
        var asked = readiness.IsReady ? await TryAskAsync() : null;
        var ofReports = asked is null ? HealthRule.Check("reports", null) : await ReportsAsync();
        var checks = (asked ?? [HealthRule.Check("database", double.PositiveInfinity)])
            .Concat(own)
            .Append(ofReports);
        return HealthReport.Of(
            time.GetUtcNow(),
            [
                .. checks
                    .Select(c => c.Value is double.PositiveInfinity ? c with { Value = null } : c)
                    .OrderByDescending(c => c.Penalty)
                    .ThenBy(c => c.Name, StringComparer.Ordinal),
            ]
        );
    }

    // Names the sources. One that does not answer keeps nobody waiting: it is looked at by then when asked again.
    private async Task<HealthCheck> ReportsAsync()
    {
        using var limit = new CancellationTokenSource(Patience, time);
        try
        {
            var faults = await reports.LookAsync(limit.Token);
            var check = HealthRule.Check("reports", faults.Count);
            return faults.Count == 0
                ? check
                : check with
                {
                    Impact = string.Join(' ', faults.Select(f => f.Impact)),
                    Advice = string.Join(' ', faults.Select(f => f.Advice)),
                };
        }
        catch (OperationCanceledException)
        {
            return HealthRule.Check("reports", null);
        }
    }

    private async Task<HealthCheck[]?> TryAskAsync()
    {
        using var limit = new CancellationTokenSource(Patience, time);
        try
        {
            return await AskAsync(limit.Token);
        }
        catch (Exception e) when (e is NpgsqlException or OperationCanceledException)
        {
            return null;
        }
    }

    private async Task<HealthCheck[]> AskAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Requests.OpenConnectionAsync(cancellationToken);
        var started = time.GetTimestamp();
        await using (var ping = new NpgsqlCommand("select 1", connection))
        {
            await ping.ExecuteScalarAsync(cancellationToken);
        }
        var latency = time.GetElapsedTime(started).TotalMilliseconds;
        var figures = await DatabaseFigures.ReadAsync(database.Requests, cancellationToken);
        var alive = await workers.CountAsync(cancellationToken);
        var waiting = await queues.ReadAsync(null, cancellationToken);
        var answers = await requests.CountAsync(Recent, cancellationToken);
        await using var command = new NpgsqlCommand(HealthStatements.Read, connection);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return
        [
            HealthRule.Check("database", latency),
            HealthRule.Check(
                "connections",
                100.0 * figures.UsedConnections / figures.MaxConnections
            ),
            HealthRule.Check("workers", alive.Alive > 0 ? 0 : 1),
            HealthRule.Check("heartbeats", alive.Dead),
            HealthRule.Check("deadRows", figures.DeadPercent),
            HealthRule.Check("oldestTransaction", figures.OldestTransaction?.Seconds ?? 0),
            HealthRule.Check("oldestReady", waiting.Max(q => q.OldestAge)?.TotalSeconds ?? 0),
            HealthRule.Check(
                "errors",
                answers.Requests < EnoughRequests ? 0 : 100.0 * answers.Errors / answers.Requests
            ),
            HealthRule.Check("schedules", row.GetDouble(0)),
            HealthRule.Check("webhooks", row.GetDouble(1)),
            HealthRule.Check("failedItems", row.GetDouble(2)),
            HealthRule.Check("partitions", row.GetDouble(3)),
        ];
    }
}
