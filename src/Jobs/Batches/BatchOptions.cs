using System.ComponentModel.DataAnnotations;

namespace Jobs.Batches;

/// <summary>Bound from the section <c>Jobs:Batches</c>.</summary>
public sealed class BatchOptions
{
    /// <summary>Most items of a batch. Default 100,000.</summary>
    [Range(1, 1_000_000)]
    public int MaxItems { get; set; } = BatchLimits.Items;

    /// <summary>
    /// How much later each further chunk of a batch counts, so that the batches of a queue take turns. Longer than a chunk
    /// usually waits and runs: a queue that is further behind than that serves what has waited longest first. Default
    /// 10 minutes.
    /// </summary>
    public TimeSpan ChunkStep { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>The same in the unit of ranks, microseconds.</summary>
    internal long RankStep => ChunkStep.Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>Whether small submissions that come at the same time share a statement and its commit. Default true.</summary>
    public bool SharedCommits { get; set; } = true;

    /// <summary>How long an ended batch is kept. Default 30 days.</summary>
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(30);
}
