using Jobs.Database;
using Npgsql;

namespace Jobs.Kinds.Documents;

/// <summary>Takes files in. Thread-safe; each request has an upload of its own.</summary>
public sealed class DocumentIntake(
    OriginalStore originals,
    JobsDataSource database,
    TimeProvider time
)
{
    /// <summary>Starts taking the files of one request; dispose it when the request ends, however it does.</summary>
    /// <param name="tenantId">Whose they are.</param>
    /// <param name="tags">For each of them.</param>
    public DocumentUpload Begin(int tenantId, IReadOnlyList<string> tags) =>
        new(tenantId, tags, originals, this, time);

    internal async Task<StandingDocument?> FindDuplicateAsync(
        int tenantId,
        byte[] sha256,
        CancellationToken ct
    )
    {
        await using var find = database.Requests.CreateCommand(DocumentSql.FindDuplicate);
        find.Parameters.Add(new() { Value = tenantId });
        find.Parameters.Add(new() { Value = sha256 });
        await using var row = await find.ExecuteReaderAsync(ct);
        if (!await row.ReadAsync(ct))
        {
            return null;
        }
        var id = row.GetGuid(0);
        return new StandingDocument(
            id,
            row.GetBoolean(8) ? StoredResult.Read(row, id, first: 1) : null
        );
    }

    /// <summary>Inserts documents in the caller's transaction: they exist if and only if it commits.</summary>
    /// <exception cref="InvalidOperationException">An original is no longer there; roll back.</exception>
    public static async Task InsertAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        int tenantId,
        Guid batchId,
        IReadOnlyList<string> tags,
        IReadOnlyList<NewDocument> documents,
        CancellationToken cancellationToken
    )
    {
        if (documents.Count == 0)
        {
            return;
        }
        await using var insert = new NpgsqlCommand(DocumentSql.Insert, connection, transaction)
        {
            Parameters =
            {
                new() { Value = tenantId },
                new() { Value = batchId },
                new() { Value = tags.ToArray() },
                new() { Value = documents.Select(d => d.Id).ToArray() },
                new() { Value = documents.Select(d => d.Original.Id).ToArray() },
                new() { Value = documents.Select(d => d.Name).ToArray() },
                new() { Value = documents.Select(d => d.MediaType).ToArray() },
                new() { Value = documents.Select(d => d.Original.Length).ToArray() },
                new() { Value = documents.Select(d => d.Original.Sha256).ToArray() },
            },
        };
        var owned = await insert.ExecuteNonQueryAsync(cancellationToken);
        if (owned != documents.Count)
        {
            throw new InvalidOperationException(
                "An original was swept before its document was inserted."
            );
        }
    }
}

/// <summary>A document of the same bytes.</summary>
/// <param name="Result">What was read of it; null while it waits.</param>
internal sealed record StandingDocument(Guid Id, DocumentResult? Result);
