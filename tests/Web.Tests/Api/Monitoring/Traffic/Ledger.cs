namespace Jobs.Web.Tests.Api.Monitoring.Traffic;

/// <summary>What should have been counted, noted by who drives the traffic. Not thread-safe.</summary>
public sealed class Ledger
{
    private readonly Dictionary<string, SortedDictionary<string, double>> counts = new(
        StringComparer.Ordinal
    );

    /// <summary>The metrics of which something was noted.</summary>
    public IReadOnlyCollection<string> Metrics => counts.Keys;

    /// <summary>Notes that something happened.</summary>
    /// <param name="metric">Its name at <c>/metrics</c>.</param>
    /// <param name="count">How often.</param>
    /// <param name="labels">Such as <c>kind="work"</c>.</param>
    public void Add(string metric, double count, params string[] labels)
    {
        if (!counts.TryGetValue(metric, out var of))
        {
            counts[metric] = of = new SortedDictionary<string, double>(StringComparer.Ordinal);
        }
        var key = Scrape.Key(labels);
        of[key] = of.GetValueOrDefault(key) + count;
    }

    /// <summary>The series that a metric should have, those that are zero left out.</summary>
    public SortedDictionary<string, double> Of(string metric) =>
        counts.TryGetValue(metric, out var of) ? of : new(StringComparer.Ordinal);

    /// <summary>Whether a scrape has at least as much of everything.</summary>
    public bool IsReached(Scrape scrape) =>
        counts.All(metric =>
        {
            var there = scrape.Of(metric.Key);
            return metric.Value.All(s => there.GetValueOrDefault(s.Key) >= s.Value);
        });
}
