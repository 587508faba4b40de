using System.Globalization;
using System.Text.Json;

namespace Jobs.Bench.Search;

/// <summary>
/// Documents, queries and judgements of which documents are relevant to which query, as files in a folder:
/// <c>docs.jsonl</c> and <c>queries.jsonl</c> with <c>id</c>, <c>title</c> and <c>text</c>, <c>qrels.tsv</c> with query,
/// document and gain.
/// </summary>
internal sealed record Collection(
    IReadOnlyList<(string Id, string Title, string Text)> Documents,
    IReadOnlyList<(string Id, string Text)> Queries,
    IReadOnlyDictionary<string, Dictionary<string, double>> Gains
)
{
    private static readonly string[] Files = ["docs.jsonl", "queries.jsonl", "qrels.tsv"];

    /// <summary>The files of a collection that a folder does not have.</summary>
    public static IEnumerable<string> Missing(string folder) =>
        Files.Select(f => Path.Combine(folder, f)).Where(f => !File.Exists(f));

    public static async Task<Collection> ReadAsync(string folder)
    {
        var gains = new Dictionary<string, Dictionary<string, double>>(StringComparer.Ordinal);
        foreach (var line in await File.ReadAllLinesAsync(Path.Combine(folder, Files[2])))
        {
            if (line.Split('\t') is [var query, var document, var gain, ..])
            {
                gains.TryAdd(query, new(StringComparer.Ordinal));
                gains[query][document] = double.Parse(gain, CultureInfo.InvariantCulture);
            }
        }
        return new Collection(
            [
                .. (await LinesAsync(folder, Files[0])).Select(d =>
                    (Text(d, "id"), Text(d, "title"), Text(d, "text"))
                ),
            ],
            [.. (await LinesAsync(folder, Files[1])).Select(q => (Text(q, "id"), Text(q, "text")))],
            gains
        );
    }

    private static async Task<IEnumerable<JsonElement>> LinesAsync(string folder, string file) =>
        (await File.ReadAllLinesAsync(Path.Combine(folder, file)))
            .Where(l => l.Length > 0)
            .Select(l => JsonElement.Parse(l));

    private static string Text(JsonElement line, string name) =>
        line.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";
}
