using Jobs.Kinds.Queries.Index;
using Jobs.Parser.Extraction;
using Npgsql;
using NpgsqlTypes;

namespace Jobs.Kinds.Documents.Passages;

/// <summary>Writes the passages of a document while its blocks come. Not thread-safe.</summary>
internal sealed class PassageWriter(
    NpgsqlConnection connection,
    int tenantId,
    Guid documentId,
    string title,
    string? language
)
{
    private const int PassagesPerRoundTrip = 200;
    private readonly PassageSplitter splitter = new();
    private readonly List<Passage> waiting = [];
    private readonly string configuration = TextSearchConfiguration.Of(language);
    private int first;

    public async ValueTask AddAsync(TextBlock block, CancellationToken ct)
    {
        foreach (var passage in splitter.Add(block))
        {
            waiting.Add(passage);
            if (waiting.Count == PassagesPerRoundTrip)
            {
                await WriteAsync(ct);
            }
        }
    }

    public async ValueTask EndAsync(CancellationToken ct)
    {
        if (splitter.End() is { } last)
        {
            waiting.Add(last);
        }
        if (waiting.Count > 0)
        {
            await WriteAsync(ct);
        }
    }

    private async Task WriteAsync(CancellationToken ct)
    {
        await using var write = new NpgsqlCommand(DocumentSql.WritePassages, connection)
        {
            Parameters =
            {
                new() { Value = documentId },
                new() { Value = tenantId },
                new() { Value = first },
                new() { Value = IndexText.Of(title) },
                new() { Value = configuration },
                new() { Value = waiting.Select(p => p.Body).ToArray() },
                new() { Value = waiting.Select(p => p.Page).ToArray() },
                new()
                {
                    Value = waiting.Select(p => p.Section).ToArray(),
                    NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text,
                },
                new() { Value = waiting.Select(p => IndexText.Of(p.Body)).ToArray() },
            },
        };
        await write.ExecuteNonQueryAsync(ct);
        first += waiting.Count;
        waiting.Clear();
    }
}
