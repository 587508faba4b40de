using System.Globalization;
using System.Text.RegularExpressions;

namespace Jobs.Web.Tests.Api.Monitoring.Traffic;

/// <summary>What a process answered at <c>/metrics</c>.</summary>
public sealed partial class Scrape(string text)
{
    private readonly List<(string Name, string[] Labels, double Value)> series =
    [
        .. Line()
            .Matches(text)
            .Select(m =>
                (
                    m.Groups["name"].Value,
                    Label().Matches(m.Groups["labels"].Value).Select(l => l.Value).ToArray(),
                    double.Parse(m.Groups["value"].Value, CultureInfo.InvariantCulture)
                )
            ),
    ];

    public string Text => text;

    /// <summary>The names of all series, those of the parts of histograms too.</summary>
    public IReadOnlySet<string> Names =>
        series.Select(s => s.Name).ToHashSet(StringComparer.Ordinal);

    /// <summary>The series of a metric that are not zero, by their labels: <c>kind="work",outcome="failed"</c>.</summary>
    public SortedDictionary<string, double> Of(string metric) =>
        new(
            series
                .Where(s => s.Name == metric && s.Value != 0)
                .ToDictionary(s => Key(s.Labels), s => s.Value, StringComparer.Ordinal),
            StringComparer.Ordinal
        );

    /// <summary>The sum of the series of a metric that have all these labels.</summary>
    public double Sum(string metric, params string[] labels) =>
        series.Where(s => s.Name == metric && labels.All(s.Labels.Contains)).Sum(s => s.Value);

    /// <summary>Labels as one text, in their order.</summary>
    public static string Key(IEnumerable<string> labels) =>
        string.Join(',', labels.Order(StringComparer.Ordinal));

    [GeneratedRegex(
        @"^(?<name>[a-z_0-9]+)(\{(?<labels>.*)\})? (?<value>\S+)$",
        RegexOptions.ExplicitCapture | RegexOptions.Multiline,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Line();

    [GeneratedRegex(
        @"[a-z_0-9]+=""(\\.|[^""\\])*""",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Label();
}
