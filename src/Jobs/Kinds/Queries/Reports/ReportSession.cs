using System.Globalization;
using Npgsql;

namespace Jobs.Kinds.Queries.Reports;

/// <summary>A report in one session: a transaction that can only read, a cursor, its rows.</summary>
internal static class ReportSession
{
    // A result of an item has at most 4 MB; the rest is for its JSON.
    private const int MaxBytes = 2 * 1024 * 1024;

    // PostgreSQL ends the statement; this is for one that does not answer at all.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Read-only once and for all: a transaction that has begun to read cannot be made to write.</summary>
    public const string ReadOnly = "set transaction isolation level repeatable read, read only";

    /// <summary>
    /// How values are written, and as whom: a superuser, where that is allowed, becomes one who reads. Says first
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

    /// <summary>Makes the transaction that has begun one for a report, and says what its session may do.</summary>
    public static async Task<ReportRights> BeginAsync(
        NpgsqlConnection connection,
        ReportSource source,
        TimeSpan timeout,
        CancellationToken ct
    )
    {
        await using var begin = new NpgsqlBatch(connection) { Timeout = Seconds(timeout) };
        begin.BatchCommands.Add(new(ReadOnly));
        begin.BatchCommands.Add(
            new(Settings)
            {
                Parameters =
                {
                    new()
                    {
                        Value = timeout.TotalMilliseconds.ToString(
                            "0",
                            CultureInfo.InvariantCulture
                        ),
                    },
                    new() { Value = source.Role },
                },
            }
        );
        if (source.Access is not null)
        {
            begin.BatchCommands.Add(new(ReportAccess.Challenge));
        }
        await using var answer = await begin.ExecuteReaderAsync(ct);
        await answer.ReadAsync(ct);
        var isSuperuser = answer.GetBoolean(0);
        return await answer.NextResultAsync(ct) && await answer.ReadAsync(ct)
            ? new ReportRights(isSuperuser, answer.GetBoolean(1), answer.GetString(0))
            : new ReportRights(isSuperuser, false, null);
    }

    /// <summary>Runs a report.</summary>
    /// <exception cref="ItemException">Its session may do too much.</exception>
    public static async Task<ReportAttempt> QueryAsync(
        NpgsqlConnection connection,
        ReportRun run,
        CancellationToken ct
    )
    {
        var report = run.Report;
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var rights = await BeginAsync(connection, run.Source, report.Timeout, ct);
        if (rights.TooMuch is { } what && !run.Source.AllowSuperuser)
        {
            throw ReportErrors.TooMuch(report, what);
        }
        await using (
            var declare = new NpgsqlBatch(connection) { Timeout = Seconds(report.Timeout) }
        )
        {
            if (rights.Challenge is { } challenge)
            {
                var signed = await run.Source.Access!.SignAsync(run.TenantId, challenge, ct);
                declare.BatchCommands.Add(
                    new(ReportAccess.Tenant) { Parameters = { new() { Value = signed } } }
                );
            }
            var cursor = new NpgsqlBatchCommand(Declare(report));
            cursor.Parameters.AddRange(run.Values);
            declare.BatchCommands.Add(cursor);
            await declare.ExecuteNonQueryAsync(ct);
        }
        await using var fetch = new NpgsqlCommand(Fetch(report), connection)
        {
            CommandTimeout = Seconds(report.Timeout),
            // As text: then there is no type that could not be read.
            AllResultTypesAreUnknown = true,
        };
        await using var reader = await fetch.ExecuteReaderAsync(ct);
        return await RowsAsync(report, reader, ct);
    }

    private static int Seconds(TimeSpan timeout) =>
        (int)Math.Ceiling((timeout + Patience).TotalSeconds);

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
