using System.ComponentModel.DataAnnotations;

namespace Jobs.Notifications;

/// <summary>Bound from the section <c>Jobs:Notifications</c>. The same in all Web processes: the last that starts has its way.</summary>
public sealed class NotificationOptions
{
    public const string Section = "Jobs:Notifications";

    /// <summary>All that there is to be told of.</summary>
    public const string All = "finished,partial,failed,cancelled,schedule,health";

    /// <summary>
    /// What is told of, separated by commas: batches of which all, some or none succeeded, or that were cancelled or
    /// expired; schedules that begin to fail; the health of the service. Default: all of it.
    /// </summary>
    public string Types { get; set; } = All;

    /// <summary>
    /// Items from which on the success of a batch is told of; that of a single item never is, since there may be
    /// thousands a second. Default 2.
    /// </summary>
    [Range(2, int.MaxValue)]
    public int FinishedFrom { get; set; } = 2;

    /// <summary>How long they are kept, read or not. Default 30 days.</summary>
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How many of a tenant are kept, the newest. Default 10000.</summary>
    [Range(100, 1_000_000)]
    public int MaxPerTenant { get; set; } = 10_000;

    internal string[] TypeNames =>
        Types.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    internal bool NamesTypes =>
        TypeNames.All(n => All.Split(',').Contains(n, StringComparer.Ordinal));
}
