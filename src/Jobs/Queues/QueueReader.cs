using Jobs.Batches;
using Jobs.Database;
using Npgsql;

namespace Jobs.Queues;

/// <summary>
/// Counts what waits. A count costs tens of milliseconds at most, however much there is, and is shared for a second by
/// all who ask for it. Thread-safe.
/// </summary>
public sealed class QueueReader(JobsDataSource database, TimeProvider time)
{
    /// <summary>Open batches that one count looks at.</summary>
    public const int MostBatches = 10_000;

    private const int MostShared = 1_000;
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private readonly Dictionary<int, (long At, Task<IReadOnlyList<QueueCounts>> Counts)> shared =
    [];

    /// <summary>The queues of a tenant, or of all for null, that are not empty; as of a second ago at most.</summary>
    public Task<IReadOnlyList<QueueCounts>> ReadAsync(
        int? tenantId,
        CancellationToken cancellationToken
    )
    {
        lock (gate)
        {
            var key = tenantId ?? 0;
            if (
                !shared.TryGetValue(key, out var entry)
                || entry.Counts.IsFaulted
                || time.GetElapsedTime(entry.At) > Fresh
            )
            {
                if (shared.Count > MostShared)
                {
                    shared.Clear();
                }
                // Nobody's token: others wait for the same count.
                entry = (time.GetTimestamp(), CountAsync(tenantId, CancellationToken.None));
                shared[key] = entry;
            }
            return entry.Counts.WaitAsync(cancellationToken);
        }
    }

    private Task<IReadOnlyList<QueueCounts>> CountAsync(
        int? tenantId,
        CancellationToken cancellationToken
    ) =>
        EnginePlanner.ReadAsync(
            database.Requests,
            new(QueueStatements.Read)
            {
                Parameters =
                {
                    new() { Value = tenantId ?? 0 },
                    new() { Value = tenantId ?? int.MaxValue },
                    new() { Value = MostBatches },
                },
            },
            ReadAsync,
            cancellationToken
        );

    private static async Task<IReadOnlyList<QueueCounts>> ReadAsync(
        NpgsqlDataReader row,
        CancellationToken cancellationToken
    )
    {
        var counts = new List<QueueCounts>();
        while (await row.ReadAsync(cancellationToken))
        {
            counts.Add(Read(row));
        }
        return counts;
    }

    private static QueueCounts Read(NpgsqlDataReader row) =>
        new(
            (Priority)row.GetInt16(0),
            row.GetString(1),
            row.GetInt64(2),
            row.GetInt64(3),
            row.GetInt64(4),
            row.GetInt64(5),
            row.GetInt64(6),
            row.IsDBNull(7) ? null : TimeSpan.FromMilliseconds(Math.Max(0, row.GetDouble(7))),
            !row.GetBoolean(8)
        );
}
