using System.ComponentModel.DataAnnotations;

namespace Jobs.Batches;

/// <summary>Bound from the section <c>Jobs:Batches</c>.</summary>
public sealed class BatchOptions
{
    /// <summary>Most items of a batch. Default 100,000.</summary>
    [Range(1, 1_000_000)]
    public int MaxItems { get; set; } = BatchLimits.Items;

    /// <summary>
    /// How much later than its submission a batch of normal priority counts, so that high goes before it for that long.
    /// Default 1 minute.
    /// </summary>
    public TimeSpan NormalHandicap { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The same for low; nothing waits longer than this behind what came later. Default 10 minutes.</summary>
    public TimeSpan LowHandicap { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// How much later each further chunk of a batch counts, so that a small batch overtakes a large one. Default 1 second.
    /// </summary>
    public TimeSpan ChunkStep { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long an ended batch is kept. Default 30 days.</summary>
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(30);

    internal TimeSpan HandicapOf(Priority priority) =>
        priority switch
        {
            Priority.High => TimeSpan.Zero,
            Priority.Normal => NormalHandicap,
            Priority.Low => LowHandicap,
            _ => throw new ArgumentOutOfRangeException(nameof(priority)),
        };
}
