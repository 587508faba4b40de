using System.Buffers;
using System.Data;
using System.Globalization;
using Jobs.Database;
using Jobs.Kinds.Queries.Index;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Jobs.Kinds.Queries.Ranking;

/// <summary>
/// Reads a tenant's index: in one round trip what words are and how frequent, in another their postings. Thread-safe.
/// </summary>
internal sealed class IndexReader(
    JobsDataSource database,
    SegmentMaps maps,
    IOptions<SearchOptions> options
)
{
    // A segment that is read is gone when a merge has just ended; then there are others instead.
    private const int MaxTries = 10;

    /// <summary>A batch of commands that is one transaction, with the settings and the time limit of searches.</summary>
    public NpgsqlBatch Batch()
    {
        var batch = database.Requests.CreateBatch();
        var timeout = options.Value.Timeout.TotalMilliseconds;
        batch.BatchCommands.Add(
            new(SearchSql.Settings)
            {
                Parameters =
                {
                    new() { Value = timeout.ToString("0", CultureInfo.InvariantCulture) },
                },
            }
        );
        return batch;
    }

    /// <summary>What the words of texts are, and the state of the index with how often it has each.</summary>
    public async Task<(IndexState State, List<LexemeRow> Rows)> LookAsync(
        int tenantId,
        string[] texts,
        CancellationToken ct
    )
    {
        await using var batch = Batch();
        batch.BatchCommands.Add(
            new(SearchSql.Segments) { Parameters = { new() { Value = tenantId } } }
        );
        batch.BatchCommands.Add(
            new(SearchSql.Lexemes)
            {
                Parameters =
                {
                    new() { Value = tenantId },
                    new() { Value = texts },
                },
            }
        );
        var rows = new List<LexemeRow>();
        var sizes = new List<(string Lexeme, long Bytes)>();
        List<SegmentInfo> segments;
        await using (var reader = await batch.ExecuteReaderAsync(ct))
        {
            await reader.NextResultAsync(ct);
            segments = await SegmentsAsync(reader, ct);
            await reader.NextResultAsync(ct);
            while (await reader.ReadAsync(ct))
            {
                if (reader.IsDBNull(3))
                {
                    sizes.Add((reader.GetString(2), reader.IsDBNull(4) ? 0 : reader.GetInt64(4)));
                    continue;
                }
                rows.Add(
                    new LexemeRow(
                        reader.GetInt32(0) - 1,
                        reader.GetString(1),
                        reader.GetString(2),
                        reader.GetFieldValue<short[]>(3)
                    )
                );
            }
        }
        var state = new IndexState(segments) { Inline = await InlineAsync(tenantId, segments, ct) };
        sizes.ForEach(s => state.AddSize(s.Lexeme, s.Bytes));
        return (state, rows);
    }

    /// <summary>Adds the sizes of more words.</summary>
    public async Task SizeAsync(
        int tenantId,
        IndexState state,
        string[] lexemes,
        CancellationToken ct
    )
    {
        await using var batch = Batch();
        batch.BatchCommands.Add(
            new(SearchSql.Sizes)
            {
                Parameters =
                {
                    new() { Value = tenantId },
                    new() { Value = lexemes },
                },
            }
        );
        await using var reader = await batch.ExecuteReaderAsync(ct);
        await reader.NextResultAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            state.AddSize(reader.GetString(0), reader.IsDBNull(1) ? 0 : reader.GetInt64(1));
        }
    }

    /// <summary>The lexemes that are like each of some, and what may be meant by the words that became them.</summary>
    public async Task<(
        ILookup<string, string> Similar,
        ILookup<string, TypoVariant> Variants
    )> SimilarAsync(
        int tenantId,
        string[] lexemes,
        IReadOnlyDictionary<string, (string Config, string Word)> typed,
        CancellationToken ct
    )
    {
        var asked = typed
            .SelectMany(t =>
                TypoVariants.Of(t.Value.Word).Select(v => (Lexeme: t.Key, t.Value.Config, Word: v))
            )
            .ToArray();
        var similar = new List<(string Word, string Lexeme)>();
        var variants = new List<(string Lexeme, TypoVariant Variant)>();
        await using var batch = Batch();
        batch.BatchCommands.Add(
            new(SearchSql.Similar)
            {
                Parameters =
                {
                    new() { Value = tenantId },
                    new() { Value = lexemes },
                },
            }
        );
        batch.BatchCommands.Add(
            new(SearchSql.Variants)
            {
                Parameters =
                {
                    new() { Value = tenantId },
                    new() { Value = Array.ConvertAll(asked, a => a.Config) },
                    new() { Value = Array.ConvertAll(asked, a => a.Word) },
                },
            }
        );
        await using var reader = await batch.ExecuteReaderAsync(ct);
        await reader.NextResultAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            similar.Add((lexemes[reader.GetInt32(0)], reader.GetString(1)));
        }
        await reader.NextResultAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            var (lexeme, _, word) = asked[reader.GetInt32(0)];
            var its = reader.IsDBNull(1) ? null : reader.GetString(1);
            variants.Add((lexeme, new TypoVariant(word, its, reader.GetBoolean(2))));
        }
        return (
            similar.ToLookup(s => s.Word, s => s.Lexeme, StringComparer.Ordinal),
            variants.ToLookup(v => v.Lexeme, v => v.Variant, StringComparer.Ordinal)
        );
    }

    /// <summary>The segments with the given shares of words' postings, as they are at one moment. Dispose each.</summary>
    public async Task<List<SegmentPostings>> ReadAsync(
        int tenantId,
        IReadOnlyDictionary<string, double> shares,
        CancellationToken ct
    )
    {
        for (var attempt = 1; ; attempt++)
        {
            var segments = await PostingsAsync(tenantId, shares, ct);
            if (await MapAsync(tenantId, segments, ct))
            {
                return segments;
            }
            segments.ForEach(s => s.Dispose());
            if (attempt == MaxTries)
            {
                throw new TimeoutException("The index changes faster than it can be read.");
            }
        }
    }

    private async Task<List<SegmentPostings>> PostingsAsync(
        int tenantId,
        IReadOnlyDictionary<string, double> shares,
        CancellationToken ct
    )
    {
        var lexemes = shares.Keys.ToArray();
        await using var batch = Batch();
        batch.BatchCommands.Add(
            new(SearchSql.Postings)
            {
                Parameters =
                {
                    new() { Value = tenantId },
                    new() { Value = lexemes },
                    new() { Value = lexemes.Select(l => shares[l]).ToArray() },
                },
            }
        );
        var segments = new Dictionary<long, SegmentPostings>();
        await using var reader = await batch.ExecuteReaderAsync(
            CommandBehavior.SequentialAccess,
            ct
        );
        await reader.NextResultAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            var id = reader.GetInt64(0);
            var word = reader.GetInt32(1);
            var number = reader.GetInt32(2);
            if (word == -1)
            {
                segments.Add(id, new SegmentPostings(id, number));
            }
            else if (!segments.TryGetValue(id, out var segment))
            {
                // Deleted of a segment that has been merged.
            }
            else if (word == -2)
            {
                segment.Loose.Add(number);
            }
            else
            {
                await using var postings = await reader.GetStreamAsync(3, ct);
                var length = (int)postings.Length;
                var rented = ArrayPool<byte>.Shared.Rent(length);
                await postings.ReadExactlyAsync(rented.AsMemory(0, length), ct);
                segment.Add(lexemes[word], rented, length, shares[lexemes[word]]);
            }
        }
        return [.. segments.Values];
    }

    private async Task<bool> MapAsync(
        int tenantId,
        List<SegmentPostings> segments,
        CancellationToken ct
    )
    {
        var missing = new List<SegmentPostings>();
        foreach (var segment in segments)
        {
            if (maps.Find(segment.Id, segment.DeletedBytes) is { } map)
            {
                segment.Map = map;
            }
            else
            {
                missing.Add(segment);
            }
        }
        if (missing.Count == 0)
        {
            return true;
        }
        var loaded = await maps.LoadAsync(tenantId, [.. missing.Select(s => s.Id)], ct);
        foreach (var segment in missing)
        {
            if (!loaded.TryGetValue(segment.Id, out var map))
            {
                return false;
            }
            segment.Map = map;
        }
        return true;
    }

    private async Task<IReadOnlyList<SegmentMap>> InlineAsync(
        int tenantId,
        List<SegmentInfo> segments,
        CancellationToken ct
    )
    {
        var found = new List<SegmentMap>();
        var missing = new List<long>();
        foreach (var segment in segments.Where(s => s.IsInline))
        {
            if (maps.Find(segment.Id, 0) is { } map)
            {
                found.Add(map);
            }
            else
            {
                missing.Add(segment.Id);
            }
        }
        if (missing.Count > 0)
        {
            found.AddRange((await maps.LoadAsync(tenantId, missing, ct)).Values);
        }
        return found;
    }

    private static async Task<List<SegmentInfo>> SegmentsAsync(
        NpgsqlDataReader reader,
        CancellationToken ct
    )
    {
        var segments = new List<SegmentInfo>();
        while (await reader.ReadAsync(ct))
        {
            segments.Add(
                new SegmentInfo(
                    reader.GetInt64(0),
                    reader.GetInt32(1),
                    reader.GetInt32(2),
                    reader.GetInt64(3),
                    reader.GetFieldValue<string[]>(4),
                    Deleted: 0,
                    reader.GetBoolean(5),
                    Loose: 0
                )
            );
        }
        return segments;
    }
}
