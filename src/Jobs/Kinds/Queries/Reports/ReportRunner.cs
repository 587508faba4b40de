using System.Text.Json;
using Jobs.Database;
using Jobs.Resilience;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Jobs.Kinds.Queries.Reports;

/// <summary>
/// Runs reports. Thread-safe. Each runs in a transaction that can only read, with a time limit, and from a cursor,
/// which takes nothing but a query: what is not one, writes, or runs on is refused by PostgreSQL itself.
/// </summary>
public sealed class ReportRunner(
    ReportSources sources,
    JobsDataSource database,
    TimeProvider time,
    ILogger<ReportRunner> log
)
{
    public const string TenantName = "select name from jobs.tenants where id = $1";

    /// <summary>Of the given reports those that a tenant may run.</summary>
    public async Task<IReadOnlyList<Report>> AllowedAsync(
        int tenantId,
        IReadOnlyCollection<Report> reports,
        CancellationToken cancellationToken
    )
    {
        if (reports.All(r => r.Tenants.Count == 0))
        {
            return [.. reports];
        }
        await using var ask = database.Requests.CreateCommand(TenantName);
        ask.Parameters.Add(new() { Value = tenantId });
        var tenant = (string?)await ask.ExecuteScalarAsync(cancellationToken);
        return
        [
            .. reports.Where(r =>
                r.Tenants.Count == 0 || r.Tenants.Contains(tenant, StringComparer.Ordinal)
            ),
        ];
    }

    /// <summary>Runs a report with what a caller sent for its parameters.</summary>
    /// <exception cref="ItemException">Why it could not; see <see cref="ReportErrors"/>.</exception>
    public async Task<ReportResult> RunAsync(
        int tenantId,
        Report report,
        JsonElement? parameters,
        CancellationToken cancellationToken
    )
    {
        var started = time.GetTimestamp();
        if (await AllowedAsync(tenantId, [report], cancellationToken) is [])
        {
            throw ReportErrors.Unknown(report.Name);
        }
        var values = ReportValues.Read(tenantId, report, parameters);
        var run = new ReportRun(report, tenantId, sources.Get(report.Source), values);
        var attempt = await AttemptAsync(run, cancellationToken);
        if (attempt.Error is { } error)
        {
            throw error;
        }
        var elapsed = Math.Round(time.GetElapsedTime(started).TotalMilliseconds, 2);
        return new ReportResult(report, attempt.Columns, attempt.Rows, attempt.Truncated, elapsed);
    }

    private async Task<ReportAttempt> AttemptAsync(ReportRun run, CancellationToken ct)
    {
        try
        {
            return await run.Source.WithConnectionAsync(
                    run.Report.Timeout,
                    token => ConnectAsync(run, token),
                    attempt => attempt.IsAway,
                    ct
                ) ?? ReportAttempt.Failed(ReportErrors.Busy(run.Report));
        }
        catch (BreakerOpenException e)
        {
            return ReportAttempt.Failed(ReportErrors.Suspended(run.Report, e));
        }
    }

    private async ValueTask<ReportAttempt> ConnectAsync(ReportRun run, CancellationToken ct)
    {
        NpgsqlConnection connection;
        try
        {
            connection = await run.Source.OpenAsync(ct);
        }
        catch (PostgresException e) when (run.Source.IsClosed(e))
        {
            ReportLog.Failed(log, e, run.Report.Name, e.SqlState);
            return ReportAttempt.Failed(ReportErrors.NoAccess(e));
        }
        catch (NpgsqlException e)
        {
            ReportLog.Failed(log, e, run.Report.Name, ErrorCodes.Unavailable);
            return ReportAttempt.Failed(ReportErrors.Away(run.Report, e), isAway: true);
        }
        await using (connection)
        {
            var attempt = await ReadAsync(connection, run, ct);
            return attempt.IsAway ? attempt : await ResetAsync(connection, run.Report, attempt, ct);
        }
    }

    // Not only when it is used again: until then it would keep locks that a report has taken.
    private static async Task<ReportAttempt> ResetAsync(
        NpgsqlConnection connection,
        Report report,
        ReportAttempt attempt,
        CancellationToken ct
    )
    {
        try
        {
            await using var reset = new NpgsqlCommand(ReportSession.Reset, connection);
            await reset.ExecuteNonQueryAsync(ct);
            return attempt;
        }
        catch (NpgsqlException e)
        {
            return ReportAttempt.Failed(ReportErrors.Away(report, e), isAway: true);
        }
    }

    private async Task<ReportAttempt> ReadAsync(
        NpgsqlConnection connection,
        ReportRun run,
        CancellationToken ct
    )
    {
        var report = run.Report;
        try
        {
            return await ReportSession.QueryAsync(connection, run, ct);
        }
        catch (ItemException e)
        {
            ReportLog.Failed(log, e, report.Name, e.Error.Code);
            return ReportAttempt.Failed(e);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.QueryCanceled)
        {
            ct.ThrowIfCancellationRequested();
            return ReportAttempt.Failed(ReportErrors.TooLong(report, e));
        }
        catch (PostgresException e)
            when (!e.IsPassing() || e.SqlState == PostgresErrorCodes.ReadOnlySqlTransaction)
        {
            ReportLog.Failed(log, e, report.Name, e.SqlState);
            return ReportAttempt.Failed(ReportErrors.Refused(report, e));
        }
        catch (NpgsqlException e) when (e.InnerException is TimeoutException)
        {
            // It should have ended the statement by itself.
            return ReportAttempt.Failed(ReportErrors.TooLong(report, e), isAway: true);
        }
        catch (NpgsqlException e)
        {
            return ReportAttempt.Failed(ReportErrors.Away(report, e), isAway: true);
        }
    }
}
