namespace Jobs.Health;

/// <summary>Bound from the section <c>Jobs:Health</c>.</summary>
public sealed class HealthOptions
{
    public const string Section = "Jobs:Health";

    /// <summary>
    /// How often one of the Web processes looks whether the health of the service changed; two looks in a row must find
    /// it. Default 1 minute.
    /// </summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromMinutes(1);
}
