using Npgsql;
using NpgsqlTypes;

namespace Jobs.Kinds.Queries.Index;

/// <summary>Writes a segment in the caller's transaction.</summary>
internal static class SegmentWriter
{
    /// <summary>A segment of no more passages is one value.</summary>
    public const int InlinePassages = 256;

    private const int ShortestTerm = 3;
    private const int LongestTerm = 40;

    public static async Task<long> InsertAsync(
        NpgsqlConnection connection,
        int tenantId,
        SegmentBuilder segment,
        CancellationToken ct
    )
    {
        var isInline = segment.Passages <= InlinePassages;
        await using var insert = new NpgsqlCommand(IndexSql.InsertSegment, connection)
        {
            Parameters =
            {
                new() { Value = tenantId },
                new() { Value = segment.Ids.Count },
                new() { Value = segment.Passages },
                new() { Value = segment.Length },
                new() { Value = segment.Configs.ToArray() },
                new() { Value = SegmentMap.WriteIds(segment.Ids) },
                new() { Value = SegmentMap.WriteFirsts(segment.Firsts) },
                new()
                {
                    Value = isInline ? InlinePostings.Write(segment) : DBNull.Value,
                    NpgsqlDbType = NpgsqlDbType.Bytea,
                },
            },
        };
        var id = (long)(await insert.ExecuteScalarAsync(ct))!;
        if (!isInline)
        {
            await CopyAsync(connection, tenantId, id, segment, ct);
        }
        return id;
    }

    /// <summary>Makes it known which words there are, so that mistyped ones find them.</summary>
    public static async Task AddTermsAsync(
        NpgsqlConnection connection,
        int tenantId,
        IEnumerable<string> lexemes,
        CancellationToken ct
    )
    {
        var terms = lexemes.Where(IsTerm).Order(StringComparer.Ordinal).ToArray();
        await using var add = new NpgsqlCommand(IndexSql.AddTerms, connection)
        {
            CommandTimeout = SegmentMerger.CommandSeconds,
            Parameters =
            {
                new() { Value = tenantId },
                new() { Value = terms },
            },
        };
        await add.ExecuteNonQueryAsync(ct);
    }

    private static bool IsTerm(string lexeme) =>
        lexeme.Length is >= ShortestTerm and <= LongestTerm && lexeme.All(char.IsLetter);

    private static async Task CopyAsync(
        NpgsqlConnection connection,
        int tenantId,
        long id,
        SegmentBuilder segment,
        CancellationToken ct
    )
    {
        await using var copy = await connection.BeginBinaryImportAsync(IndexSql.CopyPostings, ct);
        copy.Timeout = TimeSpan.FromSeconds(SegmentMerger.CommandSeconds);
        foreach (var lexeme in segment.Lexemes)
        {
            await copy.StartRowAsync(ct);
            await copy.WriteAsync(tenantId, NpgsqlDbType.Integer, ct);
            await copy.WriteAsync(id, NpgsqlDbType.Bigint, ct);
            await copy.WriteAsync(lexeme, NpgsqlDbType.Text, ct);
            await copy.WriteAsync(segment.Pack(lexeme), NpgsqlDbType.Bytea, ct);
        }
        await copy.CompleteAsync(ct);
    }
}
