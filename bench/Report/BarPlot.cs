using System.Globalization;
using System.Security;
using System.Text;

namespace Jobs.Bench.Report;

/// <summary>Groups of bars on a logarithmic scale, as an SVG that takes the reader's light or dark.</summary>
internal static class BarPlot
{
    private const int Width = 760;
    private const int Left = 190;
    private const int Right = 100;
    private const int Top = 60;
    private const int Bar = 16;
    private const int Gap = 26;

    // Of the palette of Okabe and Ito: told apart by the colour-blind, and legible on white and on black.
    private static readonly string[] Colours =
    [
        "#7f7f7f",
        "#0072b2",
        "#e69f00",
        "#009e73",
        "#cc79a7",
        "#d55e00",
    ];

    public static string Draw(
        string title,
        IReadOnlyList<string> series,
        IReadOnlyList<Group> groups
    )
    {
        var values = groups.SelectMany(g => g.Values).OfType<double>().ToList();
        var low = Math.Floor(Math.Log10(values.Min()));
        var high = Math.Ceiling(Math.Log10(values.Max()));
        double X(double value) =>
            Left + ((Math.Log10(value) - low) / (high - low) * (Width - Left - Right));
        var bars = groups.Sum(g => g.Values.Count(v => v is not null));
        var height = Top + (bars * Bar) + (groups.Count * Gap) + 20;
        var svg = new StringBuilder();
        svg.Append(
            CultureInfo.InvariantCulture,
            $$"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {{Width}} {{height}}" role="img" aria-labelledby="title" font-family="system-ui, sans-serif" font-size="12">
            <title id="title">{{SecurityElement.Escape(title)}}</title>
            <style>text { fill: #24292f } line { stroke: #d0d7de } @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } line { stroke: #30363d } }</style>
            <text x="8" y="20" font-size="14" font-weight="600">{{SecurityElement.Escape(
                title
            )}}</text>

            """
        );
        for (var power = low; power <= high; power++)
        {
            var x = X(Math.Pow(10, power));
            svg.Append(
                CultureInfo.InvariantCulture,
                $"""
                <line x1="{x:0}" y1="{Top - 8}" x2="{x:0}" y2="{height
                    - 10}"/><text x="{x:0}" y="{Top - 14}" text-anchor="middle">{Math.Pow(
                    10,
                    power
                ):N0}</text>

                """
            );
        }
        var y = Top;
        foreach (var group in groups)
        {
            svg.Append(
                CultureInfo.InvariantCulture,
                $"""
                <text x="8" y="{y + 12}" font-weight="600">{SecurityElement.Escape(
                    group.Name
                )}</text>

                """
            );
            y += Gap - 8;
            for (var i = 0; i < group.Values.Count; i++)
            {
                if (group.Values[i] is not { } value)
                {
                    continue;
                }
                svg.Append(
                    CultureInfo.InvariantCulture,
                    $"""
                    <text x="{Left - 8}" y="{y + 12}" text-anchor="end">{SecurityElement.Escape(
                        series[i]
                    )}</text><rect x="{Left}" y="{y + 2}" width="{X(value) - Left:0.0}" height="{Bar
                        - 4}" fill="{Colours[i % Colours.Length]}"/><text x="{X(value)
                        + 6:0.0}" y="{y + 12}">{value:N0}</text>

                    """
                );
                y += Bar;
            }
            y += 8;
        }
        return svg.Append("</svg>\n").ToString();
    }
}

/// <summary>Bars that stand together.</summary>
/// <param name="Values">One a series; null where it has none.</param>
internal sealed record Group(string Name, IReadOnlyList<double?> Values);
