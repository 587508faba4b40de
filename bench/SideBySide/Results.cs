using Jobs.Bench.Report;

namespace Jobs.Bench.SideBySide;

/// <summary>All samples, and the tables and the plot that are made of them.</summary>
internal sealed class Results
{
    private readonly List<Shape> shapes = [];
    private readonly Dictionary<(Shape, IContender), List<Sample>> samples = [];
    private readonly Dictionary<IContender, List<(double Median, double Worst)>> pickUps = [];

    public void Add(Shape shape, IContender contender, Sample sample)
    {
        if (!shapes.Contains(shape))
        {
            shapes.Add(shape);
        }
        Of(samples, (shape, contender)).Add(sample);
    }

    public void Add(IContender contender, (double Median, double Worst) pickUp) =>
        Of(pickUps, contender).Add(pickUp);

    public void Print(IReadOnlyList<IContender> contenders, int runs)
    {
        Console.WriteLine(
            $"{runs} runs in turns, every item executed and settled exactly once; medians, with the least and the most in brackets."
        );
        Console.WriteLine();
        Console.WriteLine("Items per second, submitted and processed:");
        Table(contenders, s => s.Rate, "N0");
        Console.WriteLine("The product, as a multiple of each:");
        Markdown.Table(
            ["", .. contenders.Select(c => c.Name)],
            shapes.Select(s =>
                (IReadOnlyList<string>)
                    [s.Name, .. contenders.Select(c => Multiple(s, contenders, c))]
            )
        );
        Console.WriteLine("WAL, bytes per item:");
        Table(contenders, s => s.Wal, "N0");
        Console.WriteLine("Row versions left dead per item:");
        Table(contenders, s => s.Dead, "0.####");
        Console.WriteLine("Processor time of the client, microseconds per item:");
        Table(contenders, s => s.ClientCpu, "#,0.0");
        Console.WriteLine("Processor time of PostgreSQL, microseconds per item:");
        Table(contenders, s => s.ServerCpu, "#,0.0");
        if (shapes.Exists(s => s.WorkMs > 0))
        {
            PrintSlots(contenders);
        }
        Console.WriteLine("From submission of a single job to its handler, idle service, ms:");
        Markdown.Table(
            ["", "p50", "p99"],
            pickUps.Select(p =>
                (IReadOnlyList<string>)
                    [
                        p.Key.Name,
                        Spread.Of(p.Value.Select(v => v.Median)).Text("0.00"),
                        Spread.Of(p.Value.Select(v => v.Worst)).Text("0.00"),
                    ]
            )
        );
    }

    public string Plot(IReadOnlyList<IContender> contenders) =>
        BarPlot.Draw(
            "Items per second, submitted and processed (logarithmic)",
            [.. contenders.Select(c => c.Name)],
            [
                .. shapes
                    .Where(s => s.WorkMs == 0)
                    .Select(s => new Group(
                        s.Name,
                        [.. contenders.Select(c => SpreadOf(s, c, x => x.Rate)?.Median)]
                    )),
            ]
        );

    // What the slots are worth where each item takes as long as it did: timers are not exact to the microsecond.
    private void PrintSlots(IReadOnlyList<IContender> contenders)
    {
        Console.WriteLine("Of the time of the slots, spent in handlers that wait for 1 ms:");
        var waiting = shapes.Where(s => s.WorkMs > 0).ToList();
        Markdown.Table(
            ["", "items/s", "ms in the handler", "of the slots' time"],
            contenders
                .Where(c => c.HasHandlers)
                .SelectMany(c =>
                    waiting.Select(s =>
                        (IReadOnlyList<string>)
                            [
                                c.Name,
                                SpreadOf(s, c, x => x.Rate)!.Text("N0"),
                                SpreadOf(s, c, x => x.MeanItemMs)!.Text("0.000"),
                                SpreadOf(s, c, x => x.Rate * x.MeanItemMs / 1000 / s.Lanes)!
                                    .Text("P1"),
                            ]
                    )
                )
        );
    }

    private void Table(
        IReadOnlyList<IContender> contenders,
        Func<Sample, double?> figure,
        string format
    ) =>
        Markdown.Table(
            ["", .. contenders.Select(c => c.Name)],
            shapes.Select(s =>
                (IReadOnlyList<string>)
                    [s.Name, .. contenders.Select(c => SpreadOf(s, c, figure)?.Text(format) ?? "–")]
            )
        );

    private string Multiple(Shape shape, IReadOnlyList<IContender> contenders, IContender other) =>
        SpreadOf(shape, other, s => s.Rate) is { } rate
        && SpreadOf(shape, contenders.First(c => c is ProductContender), s => s.Rate) is { } own
            ? $"{own.Median / rate.Median:0.00}"
            : "–";

    private Spread? SpreadOf(Shape shape, IContender contender, Func<Sample, double?> figure)
    {
        var values = samples
            .GetValueOrDefault((shape, contender), [])
            .Select(figure)
            .OfType<double>()
            .ToList();
        return values.Count > 0 ? Spread.Of(values) : null;
    }

    private static List<TValue> Of<TKey, TValue>(Dictionary<TKey, List<TValue>> lists, TKey key)
        where TKey : notnull
    {
        if (!lists.TryGetValue(key, out var list))
        {
            lists[key] = list = [];
        }
        return list;
    }
}
