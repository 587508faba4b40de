using System.ComponentModel.DataAnnotations;

namespace Jobs.Resilience;

/// <summary>When calls to what is outside are suspended; section <c>Jobs:Breakers</c>.</summary>
public sealed class BreakerOptions
{
    public const string Section = "Jobs:Breakers";

    /// <summary>The share of failed calls from which a breaker opens, above 0 and at most 1. Default 0.5.</summary>
    [Range(0.01, 1)]
    public double FailureRatio { get; set; } = 0.5;

    /// <summary>Calls within <see cref="SamplingDuration"/> below which it stays closed, 2 or more. Default 10.</summary>
    [Range(2, 1_000_000)]
    public int MinimumThroughput { get; set; } = 10;

    /// <summary>The time over which calls are counted, from half a second to a day. Default 30 seconds.</summary>
    public TimeSpan SamplingDuration { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an open breaker lets nothing through before it tries one call, from half a second to a day. Default 15 seconds.</summary>
    public TimeSpan BreakDuration { get; set; } = TimeSpan.FromSeconds(15);

    internal bool HasDurations => IsDuration(SamplingDuration) && IsDuration(BreakDuration);

    private static bool IsDuration(TimeSpan value) =>
        value >= TimeSpan.FromMilliseconds(500) && value <= TimeSpan.FromDays(1);
}
