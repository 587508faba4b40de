using System.ComponentModel.DataAnnotations;
using Jobs.Batches;
using Jobs.Kinds;

namespace Jobs.Engine;

/// <summary>Bound from the section <c>Jobs:Engine</c>.</summary>
public sealed class EngineOptions
{
    /// <summary>Whether this process works at all; a Web that only serves sets it to false. Default true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Chunks that this process executes at once. Default 8.</summary>
    [Range(1, 1_000)]
    public int Slots { get; set; } = 8;

    /// <summary>
    /// The kinds that this process executes, by their names, separated by commas. Default: all that it knows.
    /// </summary>
    public string Kinds { get; set; } = "";

    /// <summary>
    /// The priorities that this process executes: some of <c>high</c>, <c>normal</c> and <c>low</c>, separated by
    /// commas. Default: all.
    /// </summary>
    public string Priorities { get; set; } = "";

    /// <summary>How long a worker's leases outlive its last heartbeat. Default 30 seconds; heartbeats come three in that time.</summary>
    public TimeSpan LeaseTime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an idle worker sleeps when no notice comes. Default 5 seconds.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a stopping worker lets running items finish before it hands their chunks back. Default 25 seconds.</summary>
    public TimeSpan GracePeriod { get; set; } = TimeSpan.FromSeconds(25);

    /// <summary>How often the outcomes of a chunk that is still running are settled. Default 1 second.</summary>
    public TimeSpan ProgressInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Workers that may die over a chunk before it is halved; an item that is alone in its chunk then has as many again,
    /// with nothing executed beside it, before it fails. Default 3.
    /// </summary>
    [Range(1, 100)]
    public int MaxDeliveries { get; set; } = 3;

    /// <summary>Pause before the second attempt; each further one doubles it. Default 2 seconds.</summary>
    public TimeSpan BackoffBase { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Longest pause between attempts. Default 10 minutes.</summary>
    public TimeSpan BackoffMax { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// The head start of high: how long a chunk of normal priority waits at most behind any number of high ones of its
    /// tenant before it gets a share of the turns. Default 1 minute.
    /// </summary>
    public TimeSpan NormalHeadStart { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The same for one of low priority, behind high and normal ones. Default 10 minutes.</summary>
    public TimeSpan LowHeadStart { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How late a tick of a schedule may be fired before it counts as missed. Default 1 minute.</summary>
    public TimeSpan ScheduleGrace { get; set; } = TimeSpan.FromMinutes(1);

    internal TimeSpan HeartbeatInterval => LeaseTime / 3;

    /// <summary>The priorities that this worker serves, the most urgent first.</summary>
    internal IReadOnlyList<Priority> ServedPriorities =>
        Names(Priorities) is { Length: > 0 } names
            ?
            [
                .. PriorityExtensions.All.Where(p =>
                    names.Contains(p.ToName(), StringComparer.Ordinal)
                ),
            ]
            : PriorityExtensions.All;

    internal bool NamesPriorities =>
        Names(Priorities).All(n => PriorityExtensions.FromName(n) is not null);

    /// <summary>The kinds that this worker serves.</summary>
    internal IReadOnlyList<Kind> ServedKinds(KindRegistry kinds) =>
        Names(Kinds) is { Length: > 0 } names
            ? [.. kinds.All.Where(k => names.Contains(k.Name, StringComparer.Ordinal))]
            : [.. kinds.All];

    internal bool NamesKinds(KindRegistry kinds) => Names(Kinds).All(n => kinds.TryGet(n, out _));

    private static string[] Names(string list) =>
        list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
