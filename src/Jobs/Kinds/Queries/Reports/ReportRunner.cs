using System.Globalization;
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
    // A result of an item has at most 4 MB; the rest is for its JSON.
    private const int MaxBytes = 2 * 1024 * 1024;

    // PostgreSQL ends the statement; this is for one that does not answer at all.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Read-only once and for all: a transaction that has begun to read cannot be made to write.</summary>
    public const string ReadOnly = "set transaction isolation level repeatable read, read only";

    /// <summary>
    /// How values are written, and as whom: a superuser, as the embedded server's is, becomes one who reads. Says first
    /// whether the session is a superuser's, which could become one again.
    /// </summary>
    public const string Settings = """
        select (select rolsuper from pg_roles where rolname = session_user), set_config('statement_timeout', $1, true), set_config('lock_timeout', $1, true),
            set_config('timezone', 'UTC', true), set_config('datestyle', 'ISO, YMD', true),
            set_config('intervalstyle', 'iso_8601', true), set_config('bytea_output', 'hex', true),
            set_config('extra_float_digits', '1', true),
            set_config('role', case
                when $2 <> '' then $2
                when (select rolsuper from pg_roles where rolname = session_user) then 'pg_read_all_data'
                else session_user
            end, true)
        """;

    /// <summary>What a report left in its session, such as locks, is gone.</summary>
    public const string Reset = "discard all";

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
        var attempt = await AttemptAsync(report, values, cancellationToken);
        if (attempt.Error is { } error)
        {
            throw error;
        }
        var elapsed = Math.Round(time.GetElapsedTime(started).TotalMilliseconds, 2);
        return new ReportResult(report, attempt.Columns, attempt.Rows, attempt.Truncated, elapsed);
    }

    private async Task<ReportAttempt> AttemptAsync(
        Report report,
        NpgsqlParameter[] values,
        CancellationToken ct
    )
    {
        var source = sources.Get(report.Source);
        try
        {
            return await source.WithConnectionAsync(
                    report.Timeout,
                    token => ConnectAsync(report, source, values, token),
                    attempt => attempt.IsAway,
                    ct
                ) ?? ReportAttempt.Failed(ReportErrors.Busy(report));
        }
        catch (BreakerOpenException e)
        {
            return ReportAttempt.Failed(ReportErrors.Suspended(report, e));
        }
    }

    private async ValueTask<ReportAttempt> ConnectAsync(
        Report report,
        ReportSource source,
        NpgsqlParameter[] values,
        CancellationToken ct
    )
    {
        NpgsqlConnection connection;
        try
        {
            connection = await source.OpenAsync(ct);
        }
        catch (NpgsqlException e)
        {
            ReportLog.Failed(log, e, report.Name, ErrorCodes.Unavailable);
            return ReportAttempt.Failed(ReportErrors.Away(report, e), isAway: true);
        }
        await using (connection)
        {
            var attempt = await ReadAsync(connection, report, source, values, ct);
            return attempt.IsAway ? attempt : await ResetAsync(connection, report, attempt, ct);
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
            await using var reset = new NpgsqlCommand(Reset, connection);
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
        Report report,
        ReportSource source,
        NpgsqlParameter[] values,
        CancellationToken ct
    )
    {
        try
        {
            return await QueryAsync(connection, report, source, values, ct);
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

    private static async Task<ReportAttempt> QueryAsync(
        NpgsqlConnection connection,
        Report report,
        ReportSource source,
        NpgsqlParameter[] values,
        CancellationToken ct
    )
    {
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var seconds = (int)Math.Ceiling((report.Timeout + Patience).TotalSeconds);
        await using (var begin = new NpgsqlBatch(connection) { Timeout = seconds })
        {
            begin.BatchCommands.Add(new(ReadOnly));
            begin.BatchCommands.Add(
                new(Settings)
                {
                    Parameters =
                    {
                        new()
                        {
                            Value = report.Timeout.TotalMilliseconds.ToString(
                                "0",
                                CultureInfo.InvariantCulture
                            ),
                        },
                        new() { Value = source.Role },
                    },
                }
            );
            if (await begin.ExecuteScalarAsync(ct) is true && !source.AllowSuperuser)
            {
                throw ReportErrors.Superuser(report);
            }
        }
        await using (var declare = new NpgsqlCommand(Declare(report), connection))
        {
            declare.CommandTimeout = seconds;
            declare.Parameters.AddRange(values);
            await declare.ExecuteNonQueryAsync(ct);
        }
        await using var fetch = new NpgsqlCommand(Fetch(report), connection)
        {
            CommandTimeout = seconds,
            // As text: then there is no type that could not be read.
            AllResultTypesAreUnknown = true,
        };
        await using var reader = await fetch.ExecuteReaderAsync(ct);
        return await RowsAsync(report, reader, ct);
    }

    // A cursor takes one query and nothing else, and none that changes something.
    private static string Declare(Report report) =>
        $"declare report no scroll cursor without hold for\n{report.Sql}";

    private static string Fetch(Report report) =>
        string.Create(CultureInfo.InvariantCulture, $"fetch {report.RowLimit + 1} from report");

    private static async Task<ReportAttempt> RowsAsync(
        Report report,
        NpgsqlDataReader reader,
        CancellationToken ct
    )
    {
        var columns = Enumerable
            .Range(0, reader.FieldCount)
            .Select(i => new ReportColumn(
                reader.GetName(i),
                ReportTypes.Of(reader.GetDataTypeName(i))
            ))
            .ToList();
        var rows = new List<string?[]>();
        var bytes = 0;
        while (await reader.ReadAsync(ct))
        {
            if (rows.Count == report.RowLimit || bytes > MaxBytes)
            {
                return new ReportAttempt(columns, rows, Truncated: true);
            }
            var row = new string?[columns.Count];
            for (var i = 0; i < row.Length; i++)
            {
                row[i] = reader.IsDBNull(i)
                    ? null
                    : ReportTypes.Normalise(reader.GetString(i), columns[i].Type);
                bytes += 4 + (row[i]?.Length ?? 0);
            }
            rows.Add(row);
        }
        return new ReportAttempt(columns, rows, Truncated: false);
    }
}
