using System.Collections.Concurrent;
using Jobs.Kinds;

namespace Jobs.Engine;

/// <summary>
/// How many chunks a worker takes: what slots are free for, and of quick kinds some ahead, so that one lease is for
/// many. Thread-safe.
/// </summary>
/// <param name="served">The kinds that the worker serves.</param>
/// <param name="slots">How many chunks execute at once.</param>
internal sealed class SlotPlan(IReadOnlyList<Kind> served, int slots)
{
    // What is leased ahead is work for this long, and so many chunks at most.
    private const double SecondsAhead = 0.01;
    private const int MostAhead = 56;
    private const double Fading = 0.8;

    // Seconds that a chunk of a kind takes: the longest of late.
    private readonly ConcurrentDictionary<string, double> seconds = new(StringComparer.Ordinal);

    public int KindCount => served.Count;

    /// <summary>
    /// The kinds of which another chunk is taken, each with how many. Those that are held ahead take nothing from the
    /// others: they are over in a moment.
    /// </summary>
    /// <param name="running">The chunks that are held, by kind.</param>
    public List<(Kind Kind, int Free)> FreeKinds(IReadOnlyDictionary<string, int> running)
    {
        var (free, quick) = Count(running);
        var result = new List<(Kind, int)>();
        foreach (var kind in served)
        {
            var most = free;
            if (IsQuick(kind))
            {
                most += Ahead(kind, free) - quick;
            }
            else if (kind.MaxRunningPerWorker > 0)
            {
                most = Math.Min(
                    most,
                    kind.MaxRunningPerWorker - running.GetValueOrDefault(kind.Name)
                );
            }
            if (most > 0)
            {
                result.Add((kind, most));
            }
        }
        return result;
    }

    /// <summary>Whether so much is free that a lease is due: one lease for many, where chunks are quick.</summary>
    public bool IsWorthALease(IReadOnlyDictionary<string, int> running)
    {
        var (free, quick) = Count(running);
        var ahead = served.Where(IsQuick).Select(k => Ahead(k, free)).DefaultIfEmpty().Max();
        return (free + ahead - quick) * 2 > ahead;
    }

    /// <summary>A chunk of a kind took this long.</summary>
    public void Remember(string kind, TimeSpan took) =>
        seconds.AddOrUpdate(
            kind,
            took.TotalSeconds,
            (_, former) => Math.Max(took.TotalSeconds, former * Fading)
        );

    // Slots that nothing slow occupies, and the chunks of quick kinds that share them.
    private (int Free, int Quick) Count(IReadOnlyDictionary<string, int> running)
    {
        var quick = served.Where(IsQuick).Sum(k => running.GetValueOrDefault(k.Name));
        return (slots - (running.Values.Sum() - quick), quick);
    }

    private int Ahead(Kind kind, int free) =>
        (int)Math.Min(MostAhead, Math.Max(0, free) * SecondsAhead / SecondsOf(kind));

    // A kind with a limit, or that nothing is known of, is not leased ahead.
    private bool IsQuick(Kind kind) =>
        kind is { MaxRunningPerWorker: 0, MaxRunning: 0 } && SecondsOf(kind) <= SecondsAhead;

    private double SecondsOf(Kind kind) =>
        Math.Max(1e-6, seconds.GetValueOrDefault(kind.Name, double.PositiveInfinity));
}
