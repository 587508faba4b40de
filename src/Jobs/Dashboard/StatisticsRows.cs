namespace Jobs.Dashboard;

/// <summary>What was read of a time, and how far it can be relied on.</summary>
/// <param name="Rows">Of the buckets, and of what is open.</param>
/// <param name="Standing">How far the samples were when it was read.</param>
/// <param name="ReachesNow">Whether nothing has happened since.</param>
/// <param name="Kept">From when on there are samples.</param>
internal sealed record StatisticsRows(
    IReadOnlyList<DashboardRow> Rows,
    StatisticsStanding Standing,
    bool ReachesNow,
    DateTimeOffset Kept
)
{
    public bool IsExactFrom(DateTimeOffset start) => start >= Standing.Since && start >= Kept;

    public DashboardSeries ToSeries(DateTimeOffset start, int seconds, int count)
    {
        var buckets = new DashboardTally[count];
        var kinds = new SortedDictionary<string, DashboardTally>(StringComparer.Ordinal);
        var all = new DashboardTally();
        for (var i = 0; i < count; i++)
        {
            buckets[i] = new();
        }
        foreach (var row in Rows)
        {
            if (row.Bucket is not { } bucket)
            {
                continue;
            }
            buckets[bucket].Add(row);
            all.Add(row);
            if (!kinds.TryGetValue(row.Kind, out var kind))
            {
                kinds.Add(row.Kind, kind = new());
            }
            kind.Add(row);
        }
        return new(
            start,
            start.AddSeconds((double)seconds * count),
            seconds,
            all.Totals,
            [.. kinds.Select(k => new KindTotals(k.Key, k.Value.Totals))],
            Buckets(start, seconds, buckets),
            IsExactFrom(start)
        );
    }

    // What is open now was open before, less what was submitted since, and what ended since was open too.
    private DashboardBucket[] Buckets(DateTimeOffset start, int seconds, DashboardTally[] tallies)
    {
        var open = Rows.Where(r => r.Bucket is null).ToList();
        long? items = ReachesNow ? open.Sum(r => r.Sum) : null;
        long? batches = ReachesNow ? open.Sum(r => r.Count) : null;
        var buckets = new DashboardBucket[tallies.Length];
        for (var i = tallies.Length - 1; i >= 0; i--)
        {
            var tally = tallies[i];
            var at = start.AddSeconds((double)seconds * i);
            var passed = Math.Clamp((Standing.Now - at).TotalSeconds, 1, seconds);
            buckets[i] = new(tally.Totals)
            {
                At = at,
                ItemsPerSecond = Math.Round(tally.Outcomes / passed, 3),
                Open = items,
                OpenBatches = batches,
            };
            items += tally.Outcomes - tally.Items - tally.Returned;
            batches += tally.Ended - tally.Batches - tally.Reopened;
        }
        return buckets;
    }
}
