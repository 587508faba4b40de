using System.Globalization;

namespace Jobs.Bench.Report;

/// <summary>A figure of several runs: its median, and between what it lay.</summary>
internal sealed record Spread(double Median, double Least, double Most)
{
    public static Spread Of(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return new(sorted[sorted.Count / 2], sorted[0], sorted[^1]);
    }

    public string Text(string format)
    {
        string Format(double value) => value.ToString(format, CultureInfo.InvariantCulture);
        return Format(Least) == Format(Most)
            ? Format(Median)
            : $"{Format(Median)} ({Format(Least)}–{Format(Most)})";
    }
}
