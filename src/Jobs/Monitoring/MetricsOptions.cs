using System.ComponentModel.DataAnnotations;

namespace Jobs.Monitoring;

/// <summary>What is measured and for how long it is kept; section <c>Jobs:Metrics</c>.</summary>
public sealed class MetricsOptions
{
    public const string Section = "Jobs:Metrics";
    public static readonly TimeSpan DefaultMinuteRetention = TimeSpan.FromDays(2);
    public static readonly TimeSpan DefaultHourRetention = TimeSpan.FromDays(90);
    public static readonly TimeSpan DefaultDayRetention = TimeSpan.FromDays(730);
    public static readonly TimeSpan DefaultSlowRequest = TimeSpan.FromSeconds(1);

    public static readonly TimeSpan DefaultDatabaseInterval = TimeSpan.FromSeconds(15);

    /// <summary>Whether this process writes what it counts to the database, once a minute. Default true.</summary>
    public bool Samples { get; set; } = true;

    /// <summary>How long samples of a minute are kept; at least a day and an hour. Default 2 days.</summary>
    public TimeSpan MinuteRetention { get; set; } = DefaultMinuteRetention;

    /// <summary>How long samples of an hour are kept; at least two days. Default 90 days.</summary>
    public TimeSpan HourRetention { get; set; } = DefaultHourRetention;

    /// <summary>How long samples of a day are kept. Default 730 days.</summary>
    public TimeSpan DayRetention { get; set; } = DefaultDayRetention;

    /// <summary>A request that takes longer is slow: it is listed, and logged as a warning. Default 1 s.</summary>
    public TimeSpan SlowRequest { get; set; } = DefaultSlowRequest;

    /// <summary>How many of the last slow requests each process remembers. Default 100.</summary>
    [Range(1, 10_000)]
    public int SlowRequests { get; set; } = 100;

    /// <summary>
    /// How often the database is looked at while somebody reads <c>/metrics</c>; at least 15 s. Default 15 s.
    /// </summary>
    public TimeSpan DatabaseInterval { get; set; } = DefaultDatabaseInterval;

    internal bool HasRetentions =>
        MinuteRetention >= TimeSpan.FromHours(25)
        && HourRetention >= TimeSpan.FromDays(2)
        && HourRetention >= MinuteRetention
        && DayRetention >= HourRetention;
}
