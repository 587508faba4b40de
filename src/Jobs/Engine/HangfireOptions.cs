using System.ComponentModel.DataAnnotations;

namespace Jobs.Engine;

/// <summary>What only the engine Hangfire goes by; section <c>Jobs:Hangfire</c>.</summary>
public sealed class HangfireOptions
{
    public const string Section = "Jobs:Hangfire";

    /// <summary>
    /// Chunks of a priority that are in Hangfire's queue at most, and of those that are due later. What waits beyond
    /// that is dispatched in its turn: the fewer, the fairer; the more, the more there is to see. Default 256.
    /// </summary>
    [Range(1, 100_000)]
    public int Ahead { get; set; } = 256;

    /// <summary>How often Hangfire looks for jobs and ticks whose time has come. Default 1 second.</summary>
    public TimeSpan DueInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long Hangfire keeps jobs that have succeeded; outcomes are elsewhere. Default 1 hour.</summary>
    public TimeSpan Retention { get; set; } = TimeSpan.FromHours(1);
}
