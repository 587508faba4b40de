namespace Jobs.Bench.Load;

/// <summary>How many requests come when. They come by the clock, whether or not earlier ones were answered.</summary>
/// <param name="Rate">Requests a second.</param>
/// <param name="BurstRate">Requests a second in the first two of every ten seconds.</param>
internal sealed record Scenario(string Name, int Rate, int BurstRate, TimeSpan Duration)
{
    private const double BurstEvery = 10;
    private const double BurstFor = 2;

    /// <summary>The three: a soak is twelve times as long, at half the rate.</summary>
    public static IReadOnlyList<Scenario> Of(int rate, int seconds) =>
        [
            new("steady", rate, rate, TimeSpan.FromSeconds(seconds)),
            new("burst", rate / 2, rate * 3, TimeSpan.FromSeconds(Math.Max(seconds, 20))),
            new("soak", rate / 2, rate / 2, TimeSpan.FromSeconds(seconds * 12)),
        ];

    /// <summary>When each request is due, in seconds from the start.</summary>
    public IEnumerable<double> Arrivals()
    {
        for (var at = 0.0; at < Duration.TotalSeconds; at += 1 / RateAt(at))
        {
            yield return at;
        }
    }

    private double RateAt(double at) => at % BurstEvery < BurstFor ? BurstRate : Rate;
}
