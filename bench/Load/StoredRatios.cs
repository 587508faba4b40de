using System.Globalization;
using System.Text.Json;
using Jobs.Bench.Report;

namespace Jobs.Bench.Load;

/// <summary>The ratios of an earlier run, in <c>bench/Load/ratios.json</c>: what is far above them has become slower.</summary>
internal static class StoredRatios
{
    // The machines on which this runs are noisy: less than that is no finding.
    private const double MostChange = 1.75;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private static string File =>
        Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "Load", "ratios.json");

    /// <summary>Says whether one has become worse.</summary>
    /// <param name="update">Stores the new ones instead.</param>
    public static bool Compare(IReadOnlyList<ScoreCard> cards, bool update)
    {
        var ratios = cards.SelectMany(c => c.Ratios).ToList();
        var stored = System.IO.File.Exists(File)
            ? JsonSerializer.Deserialize<SortedDictionary<string, double>>(
                System.IO.File.ReadAllText(File)
            )!
            : [];
        if (update)
        {
            ratios.ForEach(r => stored[r.Name] = Math.Round(r.Value, 1));
            System.IO.File.WriteAllText(File, JsonSerializer.Serialize(stored, Indented) + "\n");
            Console.WriteLine($"{ratios.Count} ratios stored");
            return false;
        }
        var rows = ratios
            .Select(r =>
                (
                    r.Name,
                    r.Value,
                    Stored: stored.TryGetValue(r.Name, out var value) ? value : double.NaN
                )
            )
            .ToList();
        Markdown.Table(
            ["p50 over that of a ping", "now", "stored", "change"],
            rows.Select(r =>
                (IReadOnlyList<string>)
                    [r.Name, Text(r.Value), Text(r.Stored), Text(r.Value / r.Stored)]
            )
        );
        var worse = rows.FindAll(r => r.Value > r.Stored * MostChange);
        worse.ForEach(r => Console.WriteLine($"SLOWER: {r.Name}"));
        return worse.Count > 0;
    }

    private static string Text(double value) =>
        double.IsNaN(value) ? "–" : value.ToString("0.0#", CultureInfo.InvariantCulture);
}
