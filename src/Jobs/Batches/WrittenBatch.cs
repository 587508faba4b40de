using Npgsql;

namespace Jobs.Batches;

/// <summary>A batch as it is written.</summary>
/// <param name="Pages">Those that are not in the database yet; their buffers stay with the submission.</param>
/// <param name="Summaries">What the batch's own statement says of each page.</param>
/// <param name="Beside">Written in the same transaction; null for nothing.</param>
internal sealed record WrittenBatch(
    SubmittedBatch Submitted,
    List<ItemPage> Pages,
    List<PageSummary> Summaries,
    NpgsqlBatchCommand? Beside
)
{
    public BatchDraft Draft => Submitted.Draft;

    public int Bytes => Pages.Sum(p => p.Items.Length);
}
