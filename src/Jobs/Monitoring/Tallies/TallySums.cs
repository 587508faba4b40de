using Jobs.Monitoring.Samples;
using Npgsql;

namespace Jobs.Monitoring.Tallies;

/// <summary>What some tallies add up to, by tenant, kind and minute. Not thread-safe.</summary>
internal sealed class TallySums
{
    private readonly Dictionary<(int Tenant, string Kind, DateTimeOffset At), Sums> sums = [];

    /// <summary>Adds the row of <see cref="TallyStatements.Take"/>.</summary>
    /// <param name="row">The row.</param>
    /// <param name="earliest">What is of before is of then: of what was before, there are hours already.</param>
    public void Add(NpgsqlDataReader row, DateTimeOffset earliest)
    {
        var at = row.GetFieldValue<DateTimeOffset>(2);
        var key = (row.GetInt32(0), row.GetString(1), at < earliest ? earliest : at);
        if (!sums.TryGetValue(key, out var sum))
        {
            sums.Add(key, sum = new());
        }
        sum.Batches += row.GetInt32(3);
        sum.Items += row.GetInt64(4);
        sum.Succeeded += row.GetInt64(5);
        sum.Failed += row.GetInt64(6);
        sum.Cancelled += row.GetInt64(7);
        sum.Reopened += row.GetInt32(8);
        sum.Returned += row.GetInt64(9);
        if (!row.IsDBNull(10))
        {
            var took = row.GetFieldValue<long[]>(11);
            foreach (var (ending, ms) in row.GetFieldValue<string[]>(10).Zip(took))
            {
                sum.End(ending, Math.Max(0, ms));
            }
        }
    }

    /// <summary>The samples that they are.</summary>
    public IEnumerable<(DateTimeOffset At, SampleRow Row)> Samples()
    {
        foreach (var ((tenant, kind, at), sum) in sums)
        {
            // The number of a slice is of no use here.
            var slice = new SampleSlice(0);
            slice.Total(
                SampleNames.BatchesSubmitted,
                sum.Batches,
                sum.Items,
                tenant,
                ("kind", kind)
            );
            slice.Total(
                SampleNames.BatchesReopened,
                sum.Reopened,
                sum.Returned,
                tenant,
                ("kind", kind)
            );
            foreach (
                var (outcome, count) in ((string, long)[])
                    [
                        ("succeeded", sum.Succeeded),
                        ("failed", sum.Failed),
                        ("cancelled", sum.Cancelled),
                    ]
            )
            {
                slice.Count(
                    SampleNames.BatchItems,
                    count,
                    tenant,
                    ("kind", kind),
                    ("outcome", outcome)
                );
            }
            foreach (var (ending, ended) in sum.Ended)
            {
                slice.Distribution(
                    SampleNames.BatchesEnded,
                    ended.Values,
                    tenant,
                    ("kind", kind),
                    ("outcome", ending)
                );
            }
            foreach (var row in slice.Rows)
            {
                yield return (at, row);
            }
        }
    }

    /// <summary>How many batches and items more are open.</summary>
    public IReadOnlyList<(int Tenant, string Kind, long Batches, long Items)> Levels() =>
        [
            .. sums.GroupBy(s => (s.Key.Tenant, s.Key.Kind), s => s.Value)
                .OrderBy(g => g.Key.Tenant)
                .ThenBy(g => g.Key.Kind, StringComparer.Ordinal)
                .Select(g =>
                    (
                        g.Key.Tenant,
                        g.Key.Kind,
                        g.Sum(s => s.Batches + s.Reopened - s.Ended.Values.Sum(e => e.Count)),
                        g.Sum(s => s.Items + s.Returned - s.Succeeded - s.Failed - s.Cancelled)
                    )
                ),
        ];

    private sealed class Sums
    {
        public long Batches { get; set; }

        public long Items { get; set; }

        public long Succeeded { get; set; }

        public long Failed { get; set; }

        public long Cancelled { get; set; }

        public long Reopened { get; set; }

        public long Returned { get; set; }

        public Dictionary<string, Durations> Ended { get; } = new(StringComparer.Ordinal);

        public void End(string ending, long ms)
        {
            if (!Ended.TryGetValue(ending, out var durations))
            {
                Ended.Add(ending, durations = new());
            }
            durations.Add(ms);
        }
    }

    private sealed class Durations
    {
        private readonly long[] buckets = new long[LogHistogram.Buckets];
        private long sum;
        private long min = long.MaxValue;
        private long max;

        public long Count { get; private set; }

        public SampleValues Values => new(Count, sum, min, max, PackedHistogram.Pack(buckets));

        public void Add(long ms)
        {
            buckets[LogHistogram.BucketOf(ms)]++;
            Count++;
            sum += ms;
            min = Math.Min(min, ms);
            max = Math.Max(max, ms);
        }
    }
}
