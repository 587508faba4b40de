using System.Runtime.InteropServices;
using Jobs.Database;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Jobs.Kinds.Queries.Index;

/// <summary>
/// Makes one segment of several, and writes what was deleted into segments. Searches and the writing of documents go on
/// meanwhile; the deletion of a document that is just being moved waits for a moment. Thread-safe, over processes too.
/// </summary>
internal sealed class SegmentMerger(
    JobsDataSource database,
    SegmentMaps maps,
    ILogger<SegmentMerger> log
)
{
    /// <summary>A merge reads and writes some 100 MB.</summary>
    public const int CommandSeconds = 600;

    // A chain of merges has a few links; more would be a mistake of the policy.
    private const int MaxSteps = 100;

    /// <summary>Merges a tenant's segments until all is well, or somebody else is at it; returns how many segments went.</summary>
    public async Task<int> MergeAsync(int tenantId, CancellationToken cancellationToken)
    {
        var total = 0;
        for (var step = 0; step < MaxSteps; step++)
        {
            try
            {
                var gone = await StepAsync(tenantId, cancellationToken);
                if (gone == 0)
                {
                    break;
                }
                total += gone;
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable)
            {
                IndexLog.MergeGaveWay(log, tenantId);
                break;
            }
        }
        return total;
    }

    private async Task<int> StepAsync(int tenantId, CancellationToken ct)
    {
        await using var connection = await database.Requests.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await using (var take = Command(connection, IndexSql.LockTenant, tenantId))
        {
            if (!(bool)(await take.ExecuteScalarAsync(ct))!)
            {
                return 0;
            }
        }
        var segments = await SegmentsAsync(connection, tenantId, ct);
        var chosen = MergePolicy.Choose(segments);
        if (chosen.Count > 0)
        {
            await MergeAsync(connection, tenantId, chosen, ct);
        }
        else if (segments.Sum(s => s.Loose) < MergePolicy.Loose)
        {
            return 0;
        }
        else
        {
            await FoldAsync(connection, tenantId, segments.Where(s => s.Loose > 0).ToList(), ct);
        }
        await transaction.CommitAsync(ct);
        return Math.Max(1, chosen.Count);
    }

    private static async Task<List<SegmentInfo>> SegmentsAsync(
        NpgsqlConnection connection,
        int tenantId,
        CancellationToken ct
    )
    {
        var segments = new List<SegmentInfo>();
        await using var read = Command(connection, IndexSql.Segments, tenantId);
        await using var row = await read.ExecuteReaderAsync(ct);
        while (await row.ReadAsync(ct))
        {
            var loose = (int)row.GetInt64(7);
            segments.Add(
                new SegmentInfo(
                    row.GetInt64(0),
                    row.GetInt32(1),
                    row.GetInt32(2),
                    row.GetInt64(3),
                    row.GetFieldValue<string[]>(4),
                    (row.GetInt32(5) / sizeof(ushort)) + loose,
                    row.GetBoolean(6),
                    loose
                )
            );
        }
        return segments;
    }

    private async Task MergeAsync(
        NpgsqlConnection connection,
        int tenantId,
        IReadOnlyList<SegmentInfo> chosen,
        CancellationToken ct
    )
    {
        var ids = chosen.Select(s => s.Id).ToArray();
        var (merged, words) = await BuildAsync(connection, tenantId, chosen, ct);
        if (merged.Passages > 0)
        {
            var id = await SegmentWriter.InsertAsync(connection, tenantId, merged, ct);
            await ExecuteAsync(connection, IndexSql.DropPostings, ct, tenantId, ids);
            if (merged.Passages > SegmentWriter.InlinePassages)
            {
                await SegmentWriter.AddTermsAsync(connection, tenantId, words, ct);
            }
            // What holds others up comes last.
            await MoveAsync(connection, tenantId, id, merged.Ids, ids, ct);
        }
        else
        {
            await ExecuteAsync(connection, IndexSql.DropPostings, ct, tenantId, ids);
        }
        await ExecuteAsync(connection, IndexSql.TakeLoose, ct, tenantId, ids);
        await ExecuteAsync(connection, IndexSql.DropSegments, ct, tenantId, ids);
        IndexLog.Merged(log, tenantId, chosen.Count, merged.Ids.Count, merged.Passages);
    }

    private async Task<(SegmentBuilder Merged, HashSet<string> Words)> BuildAsync(
        NpgsqlConnection connection,
        int tenantId,
        IReadOnlyList<SegmentInfo> chosen,
        CancellationToken ct
    )
    {
        var ids = chosen.Select(s => s.Id).ToArray();
        var loose = await LooseAsync(connection, tenantId, ids, ct);
        var loaded = await maps.LoadAsync(connection, tenantId, ids, ct);
        var merged = new SegmentBuilder();
        var words = new HashSet<string>(StringComparer.Ordinal);
        var numbers = new Dictionary<long, int[]>();
        foreach (var segment in chosen)
        {
            var map = loaded[segment.Id];
            var renumbered = merged.BeginSegment(
                map,
                loose[segment.Id].ToHashSet(),
                segment.Length,
                segment.Configs
            );
            numbers[segment.Id] = renumbered;
            foreach (var lexeme in map.Inline?.Lexemes ?? [])
            {
                words.Add(lexeme);
                merged.Merge(lexeme, map.Inline![lexeme], renumbered);
            }
        }
        await using var read = Command(connection, IndexSql.ReadPostings, tenantId, ids);
        await using var row = await read.ExecuteReaderAsync(ct);
        while (await row.ReadAsync(ct))
        {
            merged.Merge(
                row.GetString(1),
                MemoryMarshal.Cast<byte, Posting>(row.GetFieldValue<byte[]>(2)),
                numbers[row.GetInt64(0)]
            );
        }
        return (merged, words);
    }

    // Documents that are not where they were have been deleted, or read again, since this began.
    private static async Task MoveAsync(
        NpgsqlConnection connection,
        int tenantId,
        long segmentId,
        IReadOnlyList<Guid> documents,
        long[] from,
        CancellationToken ct
    )
    {
        await using (var timeout = new NpgsqlCommand(IndexSql.MoveTimeout, connection))
        {
            await timeout.ExecuteNonQueryAsync(ct);
        }
        var moved = new HashSet<Guid>();
        await using (
            var move = Command(
                connection,
                IndexSql.Move,
                tenantId,
                segmentId,
                documents.ToArray(),
                from
            )
        )
        {
            await using var row = await move.ExecuteReaderAsync(ct);
            while (await row.ReadAsync(ct))
            {
                moved.Add(row.GetGuid(0));
            }
        }
        if (moved.Count < documents.Count)
        {
            var gone = documents
                .Index()
                .Where(d => !moved.Contains(d.Item))
                .Select(d => d.Index)
                .ToArray();
            await ExecuteAsync(connection, IndexSql.MarkDeleted, ct, tenantId, segmentId, gone);
        }
    }

    private async Task FoldAsync(
        NpgsqlConnection connection,
        int tenantId,
        IReadOnlyList<SegmentInfo> segments,
        CancellationToken ct
    )
    {
        var ids = segments.Select(s => s.Id).ToArray();
        var known = new Dictionary<long, byte[]>();
        await using (var read = Command(connection, IndexSql.Maps, tenantId, ids))
        {
            await using var row = await read.ExecuteReaderAsync(ct);
            while (await row.ReadAsync(ct))
            {
                known[row.GetInt64(0)] = row.GetFieldValue<byte[]>(3);
            }
        }
        var loose = await LooseAsync(connection, tenantId, ids, ct, IndexSql.TakeLoose);
        foreach (var segment in loose)
        {
            await ExecuteAsync(
                connection,
                IndexSql.Fold,
                ct,
                tenantId,
                segment.Key,
                SegmentMap.Fold(known[segment.Key], segment)
            );
        }
        IndexLog.Folded(log, tenantId, loose.Count);
    }

    private static async Task<ILookup<long, int>> LooseAsync(
        NpgsqlConnection connection,
        int tenantId,
        long[] ids,
        CancellationToken ct,
        string statement = IndexSql.Loose
    )
    {
        var loose = new List<(long Segment, int Ordinal)>();
        await using var read = Command(connection, statement, tenantId, ids);
        await using var row = await read.ExecuteReaderAsync(ct);
        while (await row.ReadAsync(ct))
        {
            loose.Add((row.GetInt64(0), row.GetInt32(1)));
        }
        return loose.ToLookup(l => l.Segment, l => l.Ordinal);
    }

    private static async Task ExecuteAsync(
        NpgsqlConnection connection,
        string sql,
        CancellationToken ct,
        params object[] values
    )
    {
        await using var command = Command(connection, sql, values);
        await command.ExecuteNonQueryAsync(ct);
    }

    private static NpgsqlCommand Command(
        NpgsqlConnection connection,
        string sql,
        params object[] values
    )
    {
        var command = new NpgsqlCommand(sql, connection) { CommandTimeout = CommandSeconds };
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }
        return command;
    }
}
