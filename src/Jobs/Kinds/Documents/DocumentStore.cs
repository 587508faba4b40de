using Jobs.Database;
using Jobs.Kinds.Documents.Parsing;
using Jobs.Kinds.Documents.Passages;
using Jobs.Kinds.Queries.Index;
using Npgsql;
using NpgsqlTypes;

namespace Jobs.Kinds.Documents;

/// <summary>
/// Writes what was read of a document. Thread-safe. Whatever makes passages of a document does it here and in one
/// transaction with the document itself.
/// </summary>
internal sealed class DocumentStore(JobsDataSource database, SearchIndex index)
{
    /// <summary>
    /// The version of the parsers. What another version has read is read again when the file comes again; raise it
    /// with every change of what is read.
    /// </summary>
    internal const short Extraction = 3;

    internal async Task<StoredDocument?> FindAsync(int tenantId, Guid id, CancellationToken ct)
    {
        await using var find = database.Requests.CreateCommand(DocumentSql.Find);
        find.Parameters.Add(new() { Value = id });
        find.Parameters.Add(new() { Value = tenantId });
        find.Parameters.Add(new() { Value = Extraction });
        await using var row = await find.ExecuteReaderAsync(ct);
        if (!await row.ReadAsync(ct))
        {
            return null;
        }
        var isCurrent = !row.IsDBNull(10) && row.GetBoolean(10);
        return new StoredDocument(
            id,
            row.GetGuid(0),
            row.GetString(1),
            row.GetFieldValue<byte[]>(2),
            isCurrent ? StoredResult.Read(row, id, first: 3) : null
        );
    }

    /// <summary>Replaces text, passages and metadata in one transaction; null when the document has been deleted.</summary>
    internal async Task<DocumentResult?> SaveAsync(
        int tenantId,
        StoredDocument document,
        ParsedDocument parsed,
        CancellationToken ct
    )
    {
        var found = parsed.Metadata;
        var result = new DocumentResult(
            document.Id,
            found.MediaType,
            found.Title,
            found.Author,
            found.Pages,
            found.Words,
            found.Language,
            found.Warnings,
            Reused: false
        );
        await using var connection = await database.Requests.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (
            !await UpdateAsync(connection, tenantId, result, found.AuthoredAt, found.ModifiedAt, ct)
        )
        {
            return null;
        }
        await ClearAsync(connection, document.Id, ct);
        var texts = new TextPartWriter(connection, document.Id);
        var passages = new PassageWriter(
            connection,
            tenantId,
            document.Id,
            TitleOf(document, found.Title),
            found.Language
        );
        await foreach (var block in parsed.ReadBlocksAsync(ct))
        {
            await texts.AddAsync(block, ct);
            await passages.AddAsync(block, ct);
        }
        await texts.EndAsync(ct);
        await passages.EndAsync(ct);
        if (parsed.Thumbnail is { } png)
        {
            await ExecuteAsync(connection, DocumentSql.WriteThumbnail, ct, document.Id, png);
        }
        await SearchIndex.WriteAsync(connection, tenantId, document.Id, ct);
        await transaction.CommitAsync(ct);
        await index.WrittenAsync(tenantId, ct);
        return result;
    }

    /// <summary>
    /// Gives a document what was read before of the same bytes; null where there is none, and nothing is done then.
    /// </summary>
    internal async Task<DocumentResult?> ReuseAsync(
        int tenantId,
        StoredDocument document,
        CancellationToken ct
    )
    {
        await using var connection = await database.Requests.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (await FindTwinAsync(connection, tenantId, document, ct) is not { } twin)
        {
            return null;
        }
        if (await UpdateAsTwinAsync(connection, tenantId, document.Id, twin, ct) is not { } result)
        {
            return null;
        }
        await ClearAsync(connection, document.Id, ct);
        await ExecuteAsync(connection, DocumentSql.CopyTexts, ct, document.Id, twin);
        await ExecuteAsync(
            connection,
            DocumentSql.CopyPassages,
            ct,
            document.Id,
            twin,
            IndexText.Of(TitleOf(document, result.Title))
        );
        await ExecuteAsync(connection, DocumentSql.CopyThumbnail, ct, document.Id, twin);
        await SearchIndex.WriteAsync(connection, tenantId, document.Id, ct);
        await transaction.CommitAsync(ct);
        await index.WrittenAsync(tenantId, ct);
        return result;
    }

    /// <summary>Marks a document as failed, unless an earlier attempt has read it already.</summary>
    internal async Task FailAsync(int tenantId, Guid id, ItemError error, CancellationToken ct)
    {
        await using var fail = database.Requests.CreateCommand(DocumentSql.Fail);
        fail.Parameters.Add(new() { Value = id });
        fail.Parameters.Add(new() { Value = tenantId });
        fail.Parameters.Add(new() { Value = error.Code });
        fail.Parameters.Add(new() { Value = error.Message });
        await fail.ExecuteNonQueryAsync(ct);
    }

    // What a document without a title is called is its name.
    private static string TitleOf(StoredDocument document, string? title) =>
        title ?? Path.GetFileNameWithoutExtension(document.Name);

    // Takes the lock of the document's row first, as its deletion does, so that the two cannot cross.
    private static async Task<bool> UpdateAsync(
        NpgsqlConnection connection,
        int tenantId,
        DocumentResult result,
        DateTimeOffset? authoredAt,
        DateTimeOffset? modifiedAt,
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
                Optional(result.Title, NpgsqlDbType.Text),
                Optional(result.Author, NpgsqlDbType.Text),
                Optional(result.Language, NpgsqlDbType.Text),
                Optional(result.Pages, NpgsqlDbType.Integer),
                new() { Value = result.Words },
                new() { Value = result.Warnings.ToArray() },
                Optional(authoredAt?.ToUniversalTime(), NpgsqlDbType.TimestampTz),
                Optional(modifiedAt?.ToUniversalTime(), NpgsqlDbType.TimestampTz),
                new() { Value = Extraction },
            },
        };
        return await update.ExecuteNonQueryAsync(ct) > 0;
    }

    private static async Task<Guid?> FindTwinAsync(
        NpgsqlConnection connection,
        int tenantId,
        StoredDocument document,
        CancellationToken ct
    )
    {
        await using var find = new NpgsqlCommand(DocumentSql.FindTwin, connection)
        {
            Parameters =
            {
                new() { Value = tenantId },
                new() { Value = document.Sha256 },
                new() { Value = Extraction },
                new() { Value = document.Id },
                new() { Value = Path.GetExtension(document.Name).ToLowerInvariant() },
            },
        };
        return (Guid?)await find.ExecuteScalarAsync(ct);
    }

    private static async Task<DocumentResult?> UpdateAsTwinAsync(
        NpgsqlConnection connection,
        int tenantId,
        Guid id,
        Guid twin,
        CancellationToken ct
    )
    {
        await using var update = new NpgsqlCommand(DocumentSql.ReadyAsTwin, connection)
        {
            Parameters =
            {
                new() { Value = id },
                new() { Value = tenantId },
                new() { Value = twin },
            },
        };
        await using var row = await update.ExecuteReaderAsync(ct);
        return await row.ReadAsync(ct) ? StoredResult.Read(row, id, first: 0) : null;
    }

    private static async Task ClearAsync(NpgsqlConnection connection, Guid id, CancellationToken ct)
    {
        await using var clear = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new(DocumentSql.ClearTexts) { Parameters = { new() { Value = id } } },
                new(DocumentSql.ClearPassages) { Parameters = { new() { Value = id } } },
                new(DocumentSql.ClearThumbnail) { Parameters = { new() { Value = id } } },
            },
        };
        await clear.ExecuteNonQueryAsync(ct);
    }

    private static async Task ExecuteAsync(
        NpgsqlConnection connection,
        string sql,
        CancellationToken ct,
        params object[] values
    )
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }
        await command.ExecuteNonQueryAsync(ct);
    }

    private static NpgsqlParameter Optional(object? value, NpgsqlDbType type) =>
        new() { Value = value ?? DBNull.Value, NpgsqlDbType = type };
}

/// <summary>What its handler needs to know of a document.</summary>
/// <param name="Result">What these parsers have read of it already; null where they have not.</param>
internal sealed record StoredDocument(
    Guid Id,
    Guid BlobId,
    string Name,
    byte[] Sha256,
    DocumentResult? Result
);
