using System.Globalization;
using Jobs.Bench.Engine;
using Jobs.Bench.Report;

namespace Jobs.Bench.Search;

/// <summary>
/// How good answers are on a collection with judgements: its documents are uploaded, its queries asked in batches, as
/// they are and with a mistake in a word of each.
/// </summary>
internal static class RelevanceBenchmark
{
    private const int FilesAtOnce = 50;
    private const int Most = 100;
    private const int Seeds = 5;
    private const string SeedsOption = "--seeds";

    public static async Task<int> RunAsync(string[] args)
    {
        if (args is not [var folder, ..])
        {
            await Console.Error.WriteLineAsync("Which folder is the collection in?");
            return 2;
        }
        if (Collection.Missing(folder).ToList() is { Count: > 0 } missing)
        {
            await Console.Error.WriteLineAsync(
                $"There is no collection here: {string.Join(" and ", missing)} is missing. Nothing was measured."
            );
            return 3;
        }
        var collection = await Collection.ReadAsync(folder);
        await using var database = await BenchDatabase.CreateAsync();
        await using var host = await SearchHost.StartAsync(database);
        var names = await UploadAsync(host, collection);
        // Compiled, and with its words known.
        await AskAsync(host, names, [.. collection.Queries.Select(q => (q.Id, $"{q.Text} and"))]);
        var (clean, time) = await AskAsync(host, names, collection.Queries);
        if (Arguments.Option(args, "--run") is { } file)
        {
            await WriteAsync(file, collection, clean);
        }
        var quality = Relevance.MeanNdcg(collection.Gains, clean);
        var rows = new List<IReadOnlyList<string>>
        {
            Row("as they are", quality, quality, collection, clean, time),
        };
        var seeds = Arguments.Option(args, SeedsOption) is { } given
            ? int.Parse(given, CultureInfo.InvariantCulture)
            : Seeds;
        for (var seed = 1; seed <= seeds; seed++)
        {
            var typos = new Typos(seed);
            var mistyped = collection.Queries.Select(q => (q.Id, typos.Of(q.Text))).ToList();
            var (answers, its) = await AskAsync(host, names, mistyped);
            var found = Relevance.MeanNdcg(collection.Gains, answers);
            rows.Add(
                Row(
                    $"a mistake in a word of each, {seed}",
                    found,
                    quality,
                    collection,
                    answers,
                    its
                )
            );
        }
        Console.WriteLine(
            FormattableString.Invariant(
                $"\n{collection.Documents.Count:#,0} documents, {collection.Queries.Count} queries"
            )
        );
        Markdown.Table(
            ["queries", "nDCG@10", "of the first", "without an answer", "ms a query, in batches"],
            rows
        );
        return 0;
    }

    private static IReadOnlyList<string> Row(
        string what,
        double quality,
        double first,
        Collection collection,
        Dictionary<string, IReadOnlyList<string>> answers,
        double milliseconds
    ) =>
        [
            what,
            quality.ToString("0.0000", CultureInfo.InvariantCulture),
            (quality / first).ToString("0.000", CultureInfo.InvariantCulture),
            collection
                .Queries.Count(q => answers[q.Id].Count == 0)
                .ToString(CultureInfo.InvariantCulture),
            (milliseconds / collection.Queries.Count).ToString("0.0", CultureInfo.InvariantCulture),
        ];

    private static async Task<Dictionary<Guid, string>> UploadAsync(
        SearchHost host,
        Collection collection
    )
    {
        var names = new Dictionary<Guid, string>();
        foreach (var part in collection.Documents.Chunk(FilesAtOnce))
        {
            var ids = await host.UploadAsync([
                .. part.Select(d => ($"{d.Id}.md", $"# {d.Title}\n\n{d.Text}\n")),
            ]);
            foreach (var (document, id) in part.Zip(ids))
            {
                // Of two that are the same the first stands.
                if (id is { } known)
                {
                    names.TryAdd(known, document.Id);
                }
            }
        }
        return names;
    }

    private static async Task<(
        Dictionary<string, IReadOnlyList<string>> Answers,
        double Milliseconds
    )> AskAsync(
        SearchHost host,
        Dictionary<Guid, string> names,
        IReadOnlyList<(string Id, string Text)> queries
    )
    {
        var answers = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        var milliseconds = 0.0;
        foreach (var part in queries.Chunk(HttpRuns.BatchSize))
        {
            var answer = await host.PostAsync(
                "/api/v1/batch/queries",
                new { queries = part.Select(q => new { q = q.Text, limit = Most }) }
            );
            milliseconds += answer.GetProperty("summary").GetProperty("elapsedMs").GetDouble();
            foreach (var result in answer.GetProperty("results").EnumerateArray())
            {
                answers[part[result.GetProperty("index").GetInt32()].Id] =
                [
                    .. result
                        .GetProperty("result")
                        .GetProperty("hits")
                        .EnumerateArray()
                        .Select(h => names[h.GetProperty("documentId").GetGuid()]),
                ];
            }
        }
        return (answers, milliseconds);
    }

    // A line a hit, the best first: query, document, rank as a score.
    private static Task WriteAsync(
        string file,
        Collection collection,
        Dictionary<string, IReadOnlyList<string>> answers
    ) =>
        File.WriteAllLinesAsync(
            file,
            collection.Queries.SelectMany(q =>
                answers[q.Id].Select((d, rank) => $"{q.Id}\t{d}\t{Most - rank}")
            )
        );
}
