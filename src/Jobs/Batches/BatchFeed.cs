using Jobs.Database;
using Npgsql;
using NpgsqlTypes;

namespace Jobs.Batches;

/// <summary>
/// Follows all batches of a tenant. What a look costs depends on how many of them are open, up to
/// <see cref="MostOpen"/>, and on how much has changed, not on how many have ended. Thread-safe.
/// </summary>
public sealed class BatchFeed(JobsDataSource database)
{
    /// <summary>Open batches that are followed, the newest of each priority and kind.</summary>
    public const int MostOpen = 1_000;

    /// <summary>How long after its snapshot a position is good.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromHours(1);

    // A batch that was open in the last look is followed by its id: only what began and ended since can be missed.
    private static readonly TimeSpan SlackOfListener = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SlackOfReturn = TimeSpan.FromSeconds(60);

    /// <summary>What is open.</summary>
    public Task<FeedLook> BeginAsync(int tenantId, CancellationToken cancellationToken) =>
        LookAsync(tenantId, null, [], live: false, cancellationToken);

    /// <summary>What has changed since a position that somebody brings back.</summary>
    public Task<FeedLook> ReturnAsync(
        int tenantId,
        FeedPosition since,
        CancellationToken cancellationToken
    ) => LookAsync(tenantId, since, [], live: false, cancellationToken);

    /// <summary>What has changed since the last look.</summary>
    /// <param name="open">The batches that were open then.</param>
    public Task<FeedLook> NextAsync(
        int tenantId,
        FeedPosition since,
        IReadOnlyCollection<Guid> open,
        CancellationToken cancellationToken
    ) => LookAsync(tenantId, since, open, live: true, cancellationToken);

    /// <summary>The version that a batch had at a position: its failures since then have a higher one.</summary>
    public async Task<long> VersionAtAsync(
        int tenantId,
        Guid batchId,
        FeedPosition position,
        CancellationToken cancellationToken
    )
    {
        await using var command = database.Requests.CreateCommand(FeedStatements.VersionAt);
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = batchId });
        command.Parameters.Add(
            new() { Value = position.Snapshot, NpgsqlDbType = NpgsqlDbType.Text }
        );
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private Task<FeedLook> LookAsync(
        int tenantId,
        FeedPosition? since,
        IReadOnlyCollection<Guid> open,
        bool live,
        CancellationToken cancellationToken
    ) =>
        EnginePlanner.ReadAsync(
            database.Requests,
            new(FeedStatements.Look)
            {
                Parameters =
                {
                    new() { Value = tenantId },
                    new()
                    {
                        Value = (object?)since?.Snapshot ?? DBNull.Value,
                        NpgsqlDbType = NpgsqlDbType.Text,
                    },
                    new()
                    {
                        Value = (object?)since?.At ?? DBNull.Value,
                        NpgsqlDbType = NpgsqlDbType.TimestampTz,
                    },
                    new() { Value = open.ToArray() },
                    new() { Value = live ? SlackOfListener : SlackOfReturn },
                    new() { Value = MostOpen },
                    new() { Value = live },
                },
            },
            (row, stop) => ReadAsync(row, since, stop),
            cancellationToken
        );

    private static async Task<FeedLook> ReadAsync(
        NpgsqlDataReader row,
        FeedPosition? since,
        CancellationToken cancellationToken
    )
    {
        await row.ReadAsync(cancellationToken);
        var position = new FeedPosition(row.GetFieldValue<DateTimeOffset>(18), row.GetString(17));
        var isGap = row.GetBoolean(19) || row.GetBoolean(20) || position.At - since?.At > Memory;
        var changed = new List<BatchStatus>();
        do
        {
            if (!row.IsDBNull(0))
            {
                changed.Add(BatchReader.Read(row));
            }
        } while (await row.ReadAsync(cancellationToken));
        return new FeedLook(position, changed, isGap);
    }
}

/// <summary>What a look at a tenant's batches found.</summary>
/// <param name="Position">Where the next look goes on.</param>
/// <param name="Changed">Batches as they are now, in the order of their submission.</param>
/// <param name="IsGap">Whether there is more than is told, or the position was not one of this database.</param>
public sealed record FeedLook(
    FeedPosition Position,
    IReadOnlyList<BatchStatus> Changed,
    bool IsGap
);
