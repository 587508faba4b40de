using Jobs.Database;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Jobs.Kinds.Queries.Index;

/// <summary>
/// The maps of segments that were used last, in memory. Segments never change but for deletions, so what is kept is
/// right as long as it knows as many. Thread-safe.
/// </summary>
internal sealed class SegmentMaps(JobsDataSource database, IOptions<SearchOptions> options)
{
    private readonly Lock gate = new();
    private readonly Dictionary<long, Entry> entries = [];
    private long bytes;
    private long tick;

    /// <summary>Of this process's memory, about.</summary>
    public long Bytes
    {
        get
        {
            lock (gate)
            {
                return bytes;
            }
        }
    }

    /// <summary>The map of a segment that knows as many deletions; null when it is to be loaded.</summary>
    public SegmentMap? Find(long segmentId, int deletedBytes)
    {
        lock (gate)
        {
            if (
                !entries.TryGetValue(segmentId, out var entry)
                || entry.Map.DeletedBytes < deletedBytes
            )
            {
                return null;
            }
            entry.Used = ++tick;
            return entry.Map;
        }
    }

    /// <summary>Loads maps; those of segments that are gone are missing.</summary>
    public async Task<IReadOnlyDictionary<long, SegmentMap>> LoadAsync(
        int tenantId,
        IReadOnlyCollection<long> segmentIds,
        CancellationToken ct
    )
    {
        await using var connection = await database.Requests.OpenConnectionAsync(ct);
        return await LoadAsync(connection, tenantId, segmentIds, ct);
    }

    public async Task<IReadOnlyDictionary<long, SegmentMap>> LoadAsync(
        NpgsqlConnection connection,
        int tenantId,
        IReadOnlyCollection<long> segmentIds,
        CancellationToken ct
    )
    {
        var loaded = new Dictionary<long, SegmentMap>();
        await using var read = new NpgsqlCommand(IndexSql.Maps, connection)
        {
            Parameters =
            {
                new() { Value = tenantId },
                new() { Value = segmentIds.ToArray() },
            },
        };
        await using var row = await read.ExecuteReaderAsync(ct);
        while (await row.ReadAsync(ct))
        {
            loaded[row.GetInt64(0)] = new SegmentMap(
                row.GetFieldValue<byte[]>(1),
                row.GetFieldValue<byte[]>(2),
                row.GetFieldValue<byte[]>(3),
                row.GetInt32(4),
                row.IsDBNull(5) ? null : row.GetFieldValue<byte[]>(5)
            );
        }
        Keep(loaded);
        return loaded;
    }

    private void Keep(Dictionary<long, SegmentMap> loaded)
    {
        lock (gate)
        {
            foreach (var (id, map) in loaded)
            {
                if (entries.Remove(id, out var former))
                {
                    bytes -= former.Map.Bytes;
                }
                entries[id] = new Entry(map) { Used = ++tick };
                bytes += map.Bytes;
            }
            if (bytes > options.Value.MapBytes)
            {
                Evict();
            }
        }
    }

    // Down to three quarters, so that it does not happen at every turn.
    private void Evict()
    {
        foreach (var (id, entry) in entries.OrderBy(e => e.Value.Used).ToList())
        {
            if (bytes <= options.Value.MapBytes / 4 * 3)
            {
                return;
            }
            entries.Remove(id);
            bytes -= entry.Map.Bytes;
        }
    }

    private sealed class Entry(SegmentMap map)
    {
        public SegmentMap Map { get; } = map;

        public long Used { get; set; }
    }
}
