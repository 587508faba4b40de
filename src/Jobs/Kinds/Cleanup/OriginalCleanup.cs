using Jobs.Database;
using Jobs.Kinds.Documents;

namespace Jobs.Kinds.Cleanup;

/// <summary>
/// Deletes originals that no document came to own, and the objects of those that are gone, and marks as failed the documents whose batch ended, by
/// cancellation for one, before they were read. Thread-safe.
/// </summary>
internal sealed class OriginalCleanup(JobsDataSource database, OriginalStore originals)
{
    // An original has up to 200 parts of 256 KB, which go with it.
    private const int OriginalsPerStep = 5;

    public const string Sweep = """
        delete from jobs.blobs
        where id = any(array(
            select id
            from jobs.blobs
            where document_id is null and id < jobs.first_id_at(now() - $1)
            order by id
            limit $2
            for update skip locked))
        """;

    public const string Abandon = """
        update jobs.documents
        set state = 'failed', processed_at = now(), error_code = $1,
            error_message = 'The batch ended before the document was read. Send the file again.'
        where id = any(array(
            select d.id
            from jobs.documents d
            left join jobs.batches b on b.id = d.batch_id
            where d.state = 'pending' and (b.id is null or b.finished_at is not null)
            limit $2
            for update of d skip locked))
        """;

    public async Task SweepAsync(CleanupResult result, CancellationToken ct)
    {
        result.Originals += await Steps.RunAsync(
            database.Requests,
            Sweep,
            [OriginalStore.SweptAfter],
            OriginalsPerStep,
            ct
        );
        result.Objects += await originals.PurgeDeletedAsync(ct);
        result.AbandonedDocuments += await Steps.RunAsync(
            database.Requests,
            Abandon,
            [DocumentErrors.BatchEnded],
            CleanupHandler.StepRows,
            ct
        );
    }
}
