namespace Jobs.Bench.Load;

/// <summary>What the service occupies while a scenario runs.</summary>
internal sealed class Footprint(IFootprintSource source)
{
    private const int Looks = 40;
    private readonly List<Look> looks = [];

    /// <summary>Megabytes that it had most.</summary>
    public double Peak => looks.Max(l => l.Megabytes);

    /// <summary>Connections that it had most.</summary>
    public double Connections => looks.Max(l => l.Connections);

    /// <summary>
    /// By how much it has grown, of each the least of the last quarter over the least of the second: in the first it
    /// warms up, and what is garbage at a moment is not held for ever.
    /// </summary>
    public Growth Growth()
    {
        var quarter = looks.Count / 4;
        var (early, late) = (looks.GetRange(quarter, quarter), looks[^quarter..]);
        double Ratio(Func<Look, double> value) => late.Min(value) / early.Min(value);
        return new(Ratio(l => l.Megabytes), Ratio(l => l.Files), Ratio(l => l.Threads));
    }

    public async Task WatchAsync(TimeSpan duration, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(duration / Looks);
        try
        {
            do
            {
                looks.Add(await source.LookAsync());
            } while (await timer.WaitForNextTickAsync(cancellationToken));
        }
        catch (OperationCanceledException)
        {
            // The scenario is over.
        }
    }
}

/// <summary>Ratios of late to early; not a number where the service does not say.</summary>
internal sealed record Growth(double Memory, double Files, double Threads);
