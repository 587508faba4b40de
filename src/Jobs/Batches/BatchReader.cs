using System.Text.Json;
using Jobs.Database;
using Npgsql;
using NpgsqlTypes;

namespace Jobs.Batches;

/// <summary>Reads batches, exactly and at a cost that does not grow with them. Thread-safe.</summary>
public sealed class BatchReader(JobsDataSource database)
{
    private static readonly Dictionary<string, string> NoMetadata = [];

    /// <summary>Null when the tenant has no such batch. A purged batch is there, and says so.</summary>
    public Task<BatchStatus?> GetAsync(
        int tenantId,
        Guid id,
        CancellationToken cancellationToken
    ) =>
        EnginePlanner.ReadAsync(
            database.Requests,
            new(ReadStatements.Get)
            {
                Parameters =
                {
                    new() { Value = tenantId },
                    new() { Value = id },
                },
            },
            async (row, ct) => await row.ReadAsync(ct) ? Read(row) : null,
            cancellationToken
        );

    /// <summary>Newest first.</summary>
    public Task<IReadOnlyList<BatchStatus>> ListAsync(
        int tenantId,
        BatchFilter filter,
        CancellationToken cancellationToken
    ) =>
        EnginePlanner.ReadAsync(
            database.Requests,
            new(ReadStatements.List)
            {
                Parameters =
                {
                    new() { Value = tenantId },
                    Nullable(filter.State?.ToName(), NpgsqlDbType.Text),
                    Nullable(filter.Kind, NpgsqlDbType.Text),
                    Nullable((short?)filter.Priority, NpgsqlDbType.Smallint),
                    Nullable(filter.Before, NpgsqlDbType.Uuid),
                    new() { Value = filter.Limit },
                },
            },
            ReadAllAsync,
            cancellationToken
        );

    private static async Task<IReadOnlyList<BatchStatus>> ReadAllAsync(
        NpgsqlDataReader row,
        CancellationToken cancellationToken
    )
    {
        var batches = new List<BatchStatus>();
        while (await row.ReadAsync(cancellationToken))
        {
            batches.Add(Read(row));
        }
        return batches;
    }

    private static NpgsqlParameter Nullable(object? value, NpgsqlDbType type) =>
        new() { Value = value ?? DBNull.Value, NpgsqlDbType = type };

    internal static BatchStatus Read(NpgsqlDataReader row)
    {
        var id = row.GetGuid(0);
        var state = BatchStateExtensions.FromName(row.GetString(3))!.Value;
        int total = row.GetInt32(4),
            succeeded = row.GetInt32(5),
            failed = row.GetInt32(6),
            cancelled = row.GetInt32(7);
        var running = row.GetInt32(8);
        var done = succeeded + failed + cancelled;
        double? rate =
            !row.IsDBNull(16) && row.GetDouble(16) is > 0 and var seconds ? done / seconds : null;
        return new BatchStatus
        {
            Id = id,
            Kind = row.GetString(1),
            Priority = (Priority)row.GetInt16(2),
            State = state,
            Outcome =
                state != BatchState.Completed ? null
                : succeeded == total ? BatchOutcome.Succeeded
                : succeeded == 0 ? BatchOutcome.Failed
                : BatchOutcome.Partial,
            Counts = new(total, total - done - running, running, succeeded, failed, cancelled),
            Progress = Math.Round((double)done / total, 4),
            ItemsPerSecond = rate is { } r ? Math.Round(r, 2) : null,
            EtaMs = !state.IsEnded() && rate is > 0 ? (long)((total - done) / rate * 1000) : null,
            SubmittedAt = row.GetFieldValue<DateTimeOffset>(9),
            StartedAt = Time(row, 10),
            FinishedAt = Time(row, 11),
            ExpiresAt = Time(row, 12),
            Metadata = row.IsDBNull(13)
                ? NoMetadata
                : JsonSerializer.Deserialize(
                    row.GetString(13),
                    BatchJson.Default.DictionaryStringString
                )!,
            Links = BatchLinks.Of(id),
            Version = row.GetInt64(14),
            Purged = row.GetBoolean(15),
        };
    }

    private static DateTimeOffset? Time(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);
}

/// <summary>Which batches of a list; null stands for all.</summary>
/// <param name="Before">Go on after this batch, towards older ones.</param>
public sealed record BatchFilter(
    BatchState? State = null,
    string? Kind = null,
    Priority? Priority = null,
    Guid? Before = null,
    int Limit = 50
);
