using Jobs.Kinds.Documents.Extraction;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Jobs.Kinds.Documents;

/// <summary>
/// Reads a document: from its original to its text, its metadata and the passages that search finds. Doing it again
/// replaces what the last time wrote.
/// </summary>
internal sealed class DocumentHandler(
    DocumentStore store,
    OriginalStore originals,
    IEnumerable<ITextExtractor> extractors,
    TimeProvider time,
    ILogger<DocumentHandler> log
) : IItemHandler
{
    private readonly Dictionary<DocumentFormat, ITextExtractor> byFormat = extractors
        .SelectMany(e => e.Formats.Select(f => (Format: f, Extractor: e)))
        .ToDictionary(p => p.Format, p => p.Extractor);

    public async ValueTask<ItemOutcome> HandleAsync(Item item, CancellationToken cancellationToken)
    {
        var id = item.Read(DocumentJson.Default.DocumentPayload).DocumentId;
        var document =
            await store.FindAsync(item.TenantId, id, cancellationToken) ?? throw Deleted(id);
        try
        {
            var (format, text) = await ReadAsync(item.TenantId, document, cancellationToken);
            var result = await store.SaveAsync(
                item.TenantId,
                document,
                format.MediaType,
                text,
                cancellationToken
            );
            return ItemOutcome.Success(
                result ?? throw Deleted(id),
                DocumentJson.Plain.DocumentResult
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

    private async Task<(DocumentFormat Format, ExtractedText Text)> ReadAsync(
        int tenantId,
        StoredDocument document,
        CancellationToken ct
    )
    {
        await using var original =
            await originals.OpenReadAsync(tenantId, document.BlobId, ct)
            ?? throw Deleted(document.Id);
        using var file = await WorkingFile.CreateAsync(original, log, ct);
        var (format, error) = FormatDetector.Detect(document.Name, await HeadAsync(file, ct));
        if (format is null)
        {
            throw new ItemException(error!);
        }
        var text = new ExtractedText();
        await ExtractAsync(byFormat[format], file, text, ct);
        text.Complete();
        return (format, text);
    }

    private async Task ExtractAsync(
        ITextExtractor extractor,
        WorkingFile file,
        ExtractedText text,
        CancellationToken ct
    )
    {
        using var deadline = new CancellationTokenSource(DocumentLimits.MaxReading, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, ct);
        try
        {
            await extractor.ExtractAsync(file, text, either.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw DocumentErrors.Exception(
                DocumentErrors.TooComplex,
                $"The document takes longer than {DocumentLimits.MaxReading.TotalSeconds:0} s to read."
            );
        }
    }

    private static async Task<byte[]> HeadAsync(WorkingFile file, CancellationToken ct)
    {
        await using var stream = file.OpenRead();
        var head = new byte[DocumentLimits.HeadLength];
        var read = await stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, ct);
        return head[..read];
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
