using System.Text;
using Jobs.Database;
using Jobs.Kinds.Documents.Extraction;
using Jobs.Kinds.Documents.Passages;
using Jobs.Kinds.Queries.Index;
using Npgsql;
using NpgsqlTypes;

namespace Jobs.Kinds.Documents;

/// <summary>Writes what was read of a document. Thread-safe.</summary>
internal sealed class DocumentStore(JobsDataSource database, SearchIndex index)
{
    private const int PartLength = 256 * 1024;
    private const int PassagesPerRoundTrip = 200;

    public async Task<StoredDocument?> FindAsync(int tenantId, Guid id, CancellationToken ct)
    {
        await using var find = database.Requests.CreateCommand(DocumentSql.Find);
        find.Parameters.Add(new() { Value = id });
        find.Parameters.Add(new() { Value = tenantId });
        await using var row = await find.ExecuteReaderAsync(ct);
        return await row.ReadAsync(ct)
            ? new StoredDocument(id, row.GetGuid(0), row.GetString(1))
            : null;
    }

    /// <summary>Replaces text, passages and metadata in one transaction; null when the document has been deleted.</summary>
    public async Task<DocumentResult?> SaveAsync(
        int tenantId,
        StoredDocument document,
        string mediaType,
        ExtractedText text,
        CancellationToken ct
    )
    {
        var result = new DocumentResult(
            document.Id,
            mediaType,
            text.Title,
            text.Author,
            text.Pages,
            text.Blocks.Sum(b => Sentences.CountWords(b.Text)),
            text.Language,
            text.Warnings
        );
        await using var connection = await database.Requests.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (!await UpdateAsync(connection, tenantId, result, ct))
        {
            return null;
        }
        await ClearAsync(connection, document.Id, ct);
        await WriteTextAsync(connection, document.Id, text, ct);
        await WritePassagesAsync(connection, tenantId, document, text, ct);
        await SearchIndex.WriteAsync(connection, tenantId, document.Id, ct);
        await transaction.CommitAsync(ct);
        await index.WrittenAsync(tenantId, ct);
        return result;
    }

    /// <summary>Marks a document as failed, unless an earlier attempt has read it already.</summary>
    public async Task FailAsync(int tenantId, Guid id, ItemError error, CancellationToken ct)
    {
        await using var fail = database.Requests.CreateCommand(DocumentSql.Fail);
        fail.Parameters.Add(new() { Value = id });
        fail.Parameters.Add(new() { Value = tenantId });
        fail.Parameters.Add(new() { Value = error.Code });
        fail.Parameters.Add(new() { Value = error.Message });
        await fail.ExecuteNonQueryAsync(ct);
    }

    // Takes the lock of the document's row first, as its deletion does, so that the two cannot cross.
    private static async Task<bool> UpdateAsync(
        NpgsqlConnection connection,
        int tenantId,
        DocumentResult result,
        CancellationToken ct
    )
    {
        await using var update = new NpgsqlCommand(DocumentSql.Ready, connection)
        {
            Parameters =
            {
                new() { Value = result.DocumentId },
                new() { Value = tenantId },
                new() { Value = result.MediaType },
                Text(result.Title),
                Text(result.Author),
                Text(result.Language),
                new()
                {
                    Value = (object?)result.Pages ?? DBNull.Value,
                    NpgsqlDbType = NpgsqlDbType.Integer,
                },
                new() { Value = result.Words },
                new() { Value = result.Warnings.ToArray() },
            },
        };
        return await update.ExecuteNonQueryAsync(ct) > 0;
    }

    private static async Task ClearAsync(NpgsqlConnection connection, Guid id, CancellationToken ct)
    {
        await using var clear = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new(DocumentSql.ClearTexts) { Parameters = { new() { Value = id } } },
                new(DocumentSql.ClearPassages) { Parameters = { new() { Value = id } } },
            },
        };
        await clear.ExecuteNonQueryAsync(ct);
    }

    private static async Task WriteTextAsync(
        NpgsqlConnection connection,
        Guid id,
        ExtractedText text,
        CancellationToken ct
    )
    {
        var part = new StringBuilder();
        var ordinal = 0;
        for (var i = 0; i < text.Blocks.Count; i++)
        {
            part.Append(text.Blocks[i].Text).Append(i + 1 < text.Blocks.Count ? "\n\n" : "\n");
            if (part.Length < PartLength && i + 1 < text.Blocks.Count)
            {
                continue;
            }
            await using var write = new NpgsqlCommand(DocumentSql.WriteText, connection)
            {
                Parameters =
                {
                    new() { Value = id },
                    new() { Value = ordinal++ },
                    new() { Value = part.ToString() },
                },
            };
            await write.ExecuteNonQueryAsync(ct);
            part.Clear();
        }
    }

    private static async Task WritePassagesAsync(
        NpgsqlConnection connection,
        int tenantId,
        StoredDocument document,
        ExtractedText text,
        CancellationToken ct
    )
    {
        var first = 0;
        foreach (var passages in PassageSplitter.Split(text.Blocks).Chunk(PassagesPerRoundTrip))
        {
            await using var write = new NpgsqlCommand(DocumentSql.WritePassages, connection)
            {
                Parameters =
                {
                    new() { Value = document.Id },
                    new() { Value = tenantId },
                    new() { Value = first },
                    new() { Value = text.Title ?? Path.GetFileNameWithoutExtension(document.Name) },
                    new() { Value = passages.Select(p => p.Body).ToArray() },
                    new() { Value = passages.Select(p => p.Page).ToArray() },
                },
            };
            await write.ExecuteNonQueryAsync(ct);
            first += passages.Length;
        }
    }

    private static NpgsqlParameter Text(string? value) =>
        new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };
}

/// <summary>What its handler needs to know of a document.</summary>
internal sealed record StoredDocument(Guid Id, Guid BlobId, string Name);
