using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Jobs.Engine;

/// <summary>
/// What the worker of this process does, for metrics. Recorded once a chunk or a statement, never once an item.
/// Thread-safe.
/// </summary>
internal sealed class EngineMeter
{
    public const string Name = "Jobs.Engine";

    private static readonly InstrumentAdvice<double> Times = new()
    {
        HistogramBucketBoundaries =
        [
            0.001,
            0.0025,
            0.005,
            0.01,
            0.025,
            0.05,
            0.1,
            0.25,
            0.5,
            1,
            2.5,
            5,
            10,
            30,
            60,
        ],
    };

    private static readonly InstrumentAdvice<double> LongTimes = new()
    {
        HistogramBucketBoundaries = [0.01, 0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 21_600, 86_400],
    };

    private readonly Meter meter;
    private readonly Counter<long> items;
    private readonly Counter<long> chunks;
    private readonly Counter<long> retries;
    private readonly Counter<long> rescued;
    private readonly Counter<long> poison;
    private readonly Counter<long> ticks;
    private readonly Histogram<double> lease;
    private readonly Histogram<double> settle;
    private readonly Histogram<double> chunkTime;
    private readonly Histogram<double> batchTime;

    public EngineMeter(IMeterFactory meters)
    {
        meter = meters.Create(Name);
        items = meter.CreateCounter<long>(
            "jobs.items",
            "{item}",
            "Items that got their outcome from a worker, by kind, outcome and class of tenant."
        );
        chunks = meter.CreateCounter<long>(
            "jobs.chunks",
            "{chunk}",
            "Settlements of chunks, by kind, outcome (settled, progress, handed_back, lost) and class of tenant."
        );
        retries = meter.CreateCounter<long>(
            "jobs.retries",
            "{item}",
            "Items that failed and are tried again, by kind."
        );
        rescued = meter.CreateCounter<long>(
            "jobs.rescued.chunks",
            "{chunk}",
            "Chunks of dead workers that this one freed."
        );
        poison = meter.CreateCounter<long>(
            "jobs.poison.chunks",
            "{chunk}",
            "Chunks over which workers died again and again, and whose items were isolated, by kind."
        );
        ticks = meter.CreateCounter<long>(
            "jobs.schedule.ticks",
            "{tick}",
            "Ticks of schedules, by result: submitted, skipped, failed."
        );
        lease = meter.CreateHistogram(
            "jobs.lease.duration",
            "s",
            "Time of the statement that leases.",
            tags: null,
            Times
        );
        settle = meter.CreateHistogram(
            "jobs.settle.duration",
            "s",
            "Time of the statement that settles.",
            tags: null,
            Times
        );
        chunkTime = meter.CreateHistogram(
            "jobs.chunk.duration",
            "s",
            "Time that the items of a chunk take, by kind.",
            tags: null,
            Times
        );
        batchTime = meter.CreateHistogram(
            "jobs.batch.duration",
            "s",
            "Time from the submission of a batch to its end by a settlement, by kind.",
            tags: null,
            LongTimes
        );
    }

    /// <summary>Counters begin at zero, and not with the first failure, which would then not be seen to grow.</summary>
    public void Begin(IEnumerable<string> kinds)
    {
        rescued.Add(0);
        foreach (var result in (string[])["submitted", "skipped", "failed"])
        {
            ticks.Add(0, new KeyValuePair<string, object?>("result", result));
        }
        foreach (var kind in kinds)
        {
            retries.Add(0, new KeyValuePair<string, object?>("kind", kind));
            poison.Add(0, new KeyValuePair<string, object?>("kind", kind));
        }
    }

    /// <summary>From now on the slots of this worker are seen.</summary>
    public void ObserveSlots(int slots, Func<int> used)
    {
        meter.CreateObservableGauge("jobs.slots", () => slots, "{chunk}", "Slots of this worker.");
        meter.CreateObservableGauge(
            "jobs.slots.used",
            () => Math.Min(used(), slots),
            "{chunk}",
            "Slots of this worker that are in use."
        );
    }

    /// <summary>A tick of a schedule: submitted, skipped or failed.</summary>
    public void Fired(string result) =>
        ticks.Add(1, new KeyValuePair<string, object?>("result", result));

    public void Leased(TimeSpan took) => lease.Record(took.TotalSeconds);

    public void SettledGroup(TimeSpan took) => settle.Record(took.TotalSeconds);

    public void Executed(string kind, TimeSpan took) =>
        chunkTime.Record(took.TotalSeconds, new KeyValuePair<string, object?>("kind", kind));

    public void BatchEnded(string kind, TimeSpan took) =>
        batchTime.Record(
            Math.Max(0, took.TotalSeconds),
            new KeyValuePair<string, object?>("kind", kind)
        );

    public void Rescued(int count) => rescued.Add(count);

    public void Poison(string kind) =>
        poison.Add(1, new KeyValuePair<string, object?>("kind", kind));

    public void Settled(Settlement settlement, bool applied)
    {
        if (!chunks.Enabled)
        {
            return;
        }
        var chunk = settlement.Chunk;
        var outcome =
            !applied ? "lost"
            : settlement.HandBack ? "handed_back"
            : settlement.IsFinal ? "settled"
            : "progress";
        chunks.Add(1, Tags(chunk, outcome));
        if (!applied)
        {
            return;
        }
        if (settlement.Outcomes is { Count: > 0 } outcomes)
        {
            Add(outcomes.Succeeded, chunk, "succeeded");
            Add(outcomes.Failed, chunk, "failed");
            Add(outcomes.Cancelled, chunk, "cancelled");
        }
        // The halves of a chunk that is isolated have not failed: they are still at the same attempt.
        foreach (var retry in settlement.Retries.Where(r => r.Attempt > chunk.Attempt))
        {
            retries.Add(retry.Items.Count, new KeyValuePair<string, object?>("kind", chunk.Kind));
        }
    }

    private void Add(int count, LeasedChunk chunk, string outcome)
    {
        if (count > 0)
        {
            items.Add(count, Tags(chunk, outcome));
        }
    }

    // Who a tenant is says no metric: only whether it has a larger share than others.
    private static TagList Tags(LeasedChunk chunk, string outcome) =>
        new()
        {
            { "kind", chunk.Kind },
            { "outcome", outcome },
            { "tenant_class", chunk.TenantWeight > 1 ? "preferred" : "standard" },
        };
}
