using System.Runtime.CompilerServices;
using System.Text.Json;
using Jobs.Database;
using Npgsql;
using NpgsqlTypes;

namespace Jobs.Auditing;

/// <summary>Writes and reads the audit. Thread-safe.</summary>
public sealed class AuditTrail(JobsDataSource database)
{
    private static readonly string[] Outcomes = ["done", "repeated", "refused", "failed"];

    /// <summary>Enters a call that nobody entered within a transaction.</summary>
    /// <param name="count">How many equal calls the entry stands for.</param>
    public async Task WriteAsync(
        AuditAct act,
        AuditOutcome outcome,
        int? status,
        int count,
        CancellationToken cancellationToken
    )
    {
        await using var command = database.Requests.CreateCommand(AuditStatements.Insert);
        AddParameters(command, act, outcome, status, count);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Entries, the newest first, as they are read: nothing grows with their number.</summary>
    /// <param name="before">The id of an entry; those from before it are read. Null for the newest.</param>
    /// <param name="limit">Most entries; null for all.</param>
    public async IAsyncEnumerable<AuditEntry> ReadAsync(
        AuditFilter filter,
        long? before,
        long? limit,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await using var command = database.Requests.CreateCommand(AuditStatements.List);
        command.Parameters.Add(Of(filter.Actor, NpgsqlDbType.Text));
        command.Parameters.Add(Of(filter.Action, NpgsqlDbType.Text));
        command.Parameters.Add(Of(filter.Tenant, NpgsqlDbType.Text));
        command.Parameters.Add(Of(filter.From?.ToUniversalTime(), NpgsqlDbType.TimestampTz));
        command.Parameters.Add(Of(filter.To?.ToUniversalTime(), NpgsqlDbType.TimestampTz));
        command.Parameters.Add(new() { Value = before ?? long.MaxValue });
        command.Parameters.Add(new() { Value = limit ?? long.MaxValue });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            yield return Read(row);
        }
    }

    internal static void AddParameters(
        NpgsqlCommand command,
        AuditAct act,
        AuditOutcome outcome,
        int? status,
        int count
    )
    {
        var caller = act.Caller;
        var detail = act.Detail is { } notes
            ? JsonSerializer.Serialize(notes, AuditJson.Default.IReadOnlyDictionaryStringString)
            : null;
        command.Parameters.Add(Of(caller?.TenantId, NpgsqlDbType.Integer));
        command.Parameters.Add(Of(caller?.Tenant, NpgsqlDbType.Text));
        command.Parameters.Add(Of(caller?.KeyId, NpgsqlDbType.Uuid));
        command.Parameters.Add(Of(caller?.KeyName, NpgsqlDbType.Text));
        command.Parameters.Add(new() { Value = act.Action });
        command.Parameters.Add(Of(act.Target, NpgsqlDbType.Text));
        command.Parameters.Add(new() { Value = Outcomes[(int)outcome] });
        command.Parameters.Add(Of((short?)status, NpgsqlDbType.Smallint));
        command.Parameters.Add(new() { Value = count });
        command.Parameters.Add(Of(act.Address, NpgsqlDbType.Inet));
        command.Parameters.Add(new() { Value = act.RequestId });
        command.Parameters.Add(Of(detail, NpgsqlDbType.Jsonb));
    }

    private static AuditEntry Read(NpgsqlDataReader row) =>
        new(
            row.GetInt64(0),
            row.GetFieldValue<DateTimeOffset>(1),
            Text(row, 2),
            Text(row, 3),
            row.IsDBNull(4) ? null : row.GetGuid(4),
            row.GetString(5),
            Text(row, 6),
            (AuditOutcome)Array.IndexOf(Outcomes, row.GetString(7)),
            row.IsDBNull(8) ? null : row.GetInt16(8),
            row.GetInt32(9),
            Text(row, 10),
            Text(row, 11),
            row.IsDBNull(12) ? null : JsonElement.Parse(row.GetString(12))
        );

    private static string? Text(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetString(column);

    private static NpgsqlParameter Of(object? value, NpgsqlDbType type) =>
        new() { Value = value ?? DBNull.Value, NpgsqlDbType = type };
}
