using System.Globalization;
using Jobs.Bench.Report;

namespace Jobs.Bench.Load;

/// <summary>What is said of a scenario, and what of it must hold.</summary>
/// <param name="Items">That were submitted, or answered in the response, in the time of the scenario.</param>
/// <param name="Drained">From the last request until all that was submitted had ended.</param>
internal sealed record ScoreCard(
    Scenario Scenario,
    LoadResult Result,
    long Items,
    TimeSpan Drained,
    Footprint Footprint
)
{
    private const double MostErrors = 0.001;
    private const double MostLag = 1.1;
    private const double MostGrowth = 1.15;
    private static readonly TimeSpan MostDrain = TimeSpan.FromSeconds(5);

    /// <summary>Each with whether it holds.</summary>
    public IReadOnlyList<(string Name, string Value, string Bound, bool Holds)> Checks
    {
        get
        {
            var errors = Result.Errors / (double)(Result.Requests + Result.Refused);
            var lag = Result.Elapsed / Scenario.Duration;
            List<(string, string, string, bool)> checks =
            [
                ("errors", Text(errors * 100, "0.00") + " %", "0.1 %", errors <= MostErrors),
                ("kept up (time taken)", Text(lag, "0.00"), Text(MostLag, "0.00"), lag <= MostLag),
                (
                    "queue empty after, s",
                    Text(Drained.TotalSeconds, "0.0"),
                    Text(MostDrain.TotalSeconds, "0.0"),
                    Drained <= MostDrain
                ),
            ];
            if (Scenario.Name == "soak")
            {
                var growth = Footprint.Growth();
                foreach (
                    var (name, ratio) in ((string, double)[])
                        [
                            ("memory", growth.Memory),
                            ("open files", growth.Files),
                            ("threads", growth.Threads),
                        ]
                )
                {
                    // A service elsewhere does not say all of it.
                    if (!double.IsNaN(ratio))
                    {
                        checks.Add(
                            (
                                $"{name}, late / early",
                                Text(ratio, "0.00"),
                                Text(MostGrowth, "0.00"),
                                ratio <= MostGrowth
                            )
                        );
                    }
                }
            }
            return checks;
        }
    }

    /// <summary>From the first request until the last item had its outcome.</summary>
    public double ItemsPerSecond => Items / (Result.Elapsed + Drained).TotalSeconds;

    public bool Passed => Checks.All(c => c.Holds);

    /// <summary>How many times as long as a request that does nothing, in the same scenario, each operation takes.</summary>
    public IEnumerable<(string Name, double Value)> Ratios
    {
        get
        {
            var ping = Result.Operations[Operation.Ping].P50;
            return Result
                .Operations.Where(o => o.Key != Operation.Ping)
                .Select(o =>
                    ($"{Scenario.Name} {o.Key.ToString().ToLowerInvariant()}", o.Value.P50 / ping)
                );
        }
    }

    public static void Print(IReadOnlyList<ScoreCard> cards)
    {
        foreach (var card in cards)
        {
            Console.WriteLine(
                FormattableString.Invariant(
                    $"{card.Scenario.Name}: {card.Result.Requests:N0} requests in {card.Result.Elapsed.TotalSeconds:0.0} s, {card.ItemsPerSecond:0} items/s ({card.Scenario.Rate}/s, bursts {card.Scenario.BurstRate}/s), {card.Footprint.Peak:0} MB at most, {card.Footprint.Connections} connections"
                )
            );
            Markdown.Table(
                ["operation", "requests", "errors", "p50 ms", "p95 ms", "p99 ms"],
                card.Result.Operations.Select(o =>
                    (IReadOnlyList<string>)
                        [
                            o.Key.ToString().ToLowerInvariant(),
                            o.Value.Count.ToString("N0", CultureInfo.InvariantCulture),
                            o.Value.Errors.ToString(CultureInfo.InvariantCulture),
                            Text(o.Value.P50, "0.0"),
                            Text(o.Value.P95, "0.0"),
                            Text(o.Value.P99, "0.0"),
                        ]
                )
            );
            Markdown.Table(
                ["check", "value", "at most", ""],
                card.Checks.Select(c =>
                    (IReadOnlyList<string>)[c.Name, c.Value, c.Bound, c.Holds ? "holds" : "FAILS"]
                )
            );
        }
    }

    private static string Text(double value, string format) =>
        value.ToString(format, CultureInfo.InvariantCulture);
}
