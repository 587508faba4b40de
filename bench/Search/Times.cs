using System.Diagnostics;
using System.Globalization;

namespace Jobs.Bench.Search;

/// <summary>How long each of some things took, in milliseconds.</summary>
internal sealed class Times
{
    private readonly List<double> all = [];

    public double Median => At(0.5);

    public static Times Of(IEnumerable<double> milliseconds)
    {
        var times = new Times();
        times.all.AddRange(milliseconds);
        return times;
    }

    /// <summary>One that began then and ends now; several that share it have it in equal parts.</summary>
    public void AddSince(long began, int parts = 1)
    {
        var each = Stopwatch.GetElapsedTime(began).TotalMilliseconds / parts;
        all.AddRange(Enumerable.Repeat(each, parts));
    }

    /// <summary>A row: p50, p99, the longest, and how many a second one after the other.</summary>
    public IReadOnlyList<string> Row(string what) =>
        [
            what,
            Text(Median),
            Text(At(0.99)),
            Text(At(1)),
            (all.Count / (all.Sum() / 1000)).ToString("#,0", CultureInfo.InvariantCulture),
        ];

    public double At(double part)
    {
        var sorted = all.Order().ToList();
        return sorted[Math.Min(sorted.Count - 1, (int)(sorted.Count * part))];
    }

    private static string Text(double value) =>
        value.ToString(value < 10 ? "0.00" : "0.0", CultureInfo.InvariantCulture);
}
