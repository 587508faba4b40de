using Jobs.Kinds.Documents.Parsing;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Jobs.Kinds.Documents;

/// <summary>
/// Reads a document: from its original to its text, its metadata and the passages that search finds. What has been
/// read before is not read again; otherwise doing it again replaces what the last time wrote.
/// </summary>
internal sealed class DocumentHandler(
    DocumentStore store,
    OriginalStore originals,
    ParserPool parsers,
    ILogger<DocumentHandler> log
) : IItemHandler
{
    public async ValueTask<ItemOutcome> HandleAsync(Item item, CancellationToken cancellationToken)
    {
        var id = item.Read(DocumentJson.Default.DocumentPayload).DocumentId;
        var document =
            await store.FindAsync(item.TenantId, id, cancellationToken) ?? throw Deleted(id);
        try
        {
            var result =
                document.Result
                ?? await store.ReuseAsync(item.TenantId, document, cancellationToken)
                ?? await ReadAsync(item.TenantId, document, cancellationToken);
            return ItemOutcome.Success(result, DocumentJson.Plain.DocumentResult);
        }
        catch (OriginalsAwayException e)
        {
            throw new ItemException(
                new ItemError(ErrorCodes.Unavailable, e.Message, Retryable: true),
                e
            );
        }
        catch (ItemException e) when (!e.Error.Retryable)
        {
            DocumentLog.Failed(log, id, item.TenantId, e.Error.Code);
            await MarkFailedAsync(item.TenantId, id, e.Error, cancellationToken);
            return ItemOutcome.Failure(e.Error);
        }
    }

    public IReadOnlyList<FieldError> Validate(ReadOnlyMemory<byte> payload) =>
        Item.TryRead(payload, DocumentJson.Default.DocumentPayload, out _, out var error)
            ? []
            : [error];

    private async Task<DocumentResult> ReadAsync(
        int tenantId,
        StoredDocument document,
        CancellationToken ct
    )
    {
        await using var original =
            await originals.OpenReadAsync(tenantId, document.BlobId, ct)
            ?? throw Deleted(document.Id);
        await using var parsed = await parsers.ParseAsync(document.Name, original, ct);
        return await store.SaveAsync(tenantId, document, parsed, ct) ?? throw Deleted(document.Id);
    }

    private async Task MarkFailedAsync(int tenantId, Guid id, ItemError error, CancellationToken ct)
    {
        try
        {
            await store.FailAsync(tenantId, id, error, ct);
        }
        catch (NpgsqlException e)
        {
            // The outcome says why it failed; cleanup sees that the document was left behind.
            DocumentLog.FailureNotStored(log, e, id);
        }
    }

    private static ItemException Deleted(Guid id) =>
        DocumentErrors.Exception(DocumentErrors.DocumentDeleted, $"The document {id} was deleted.");
}
