using Jobs.Batches;
using Jobs.Web.Ui.Layout;

namespace Jobs.Web.Ui.Batches;

/// <summary>Batches in words.</summary>
internal static class BatchWords
{
    public const string Query = "query";
    public const string Document = "document";

    /// <summary>Such as "31 documents".</summary>
    public static string TitleOf(BatchStatus batch)
    {
        var one = batch.Counts.Total == 1;
        var noun = batch.Kind switch
        {
            Query => one ? "query" : "queries",
            Document => one ? "document" : "documents",
            _ => one ? $"{batch.Kind} item" : $"{batch.Kind} items",
        };
        return $"{Format.Number(batch.Counts.Total)} {noun}";
    }

    /// <summary>The state, and once it has completed what came of it: a word and the class of its badge.</summary>
    public static (string Word, string Tone) StateOf(BatchStatus batch) =>
        batch.State switch
        {
            BatchState.Queued => ("Queued", "idle"),
            BatchState.Running => ("Running", "busy"),
            BatchState.Paused => ("Paused", "warn"),
            BatchState.Cancelling => ("Cancelling", "warn"),
            BatchState.Cancelled => ("Cancelled", "idle"),
            BatchState.Expired => ("Expired", "warn"),
            _ => batch.Outcome switch
            {
                BatchOutcome.Failed => ("Failed", "bad"),
                BatchOutcome.Partial => ("Partly failed", "warn"),
                _ => ("Succeeded", "good"),
            },
        };

    public static (string Word, string Tone) StateOf(ItemState state) =>
        state switch
        {
            ItemState.Pending => ("Pending", "idle"),
            ItemState.Running => ("Running", "busy"),
            ItemState.Succeeded => ("Succeeded", "good"),
            ItemState.Failed => ("Failed", "bad"),
            _ => ("Cancelled", "idle"),
        };
}
