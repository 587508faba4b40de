using System.Diagnostics;
using Jobs.Bench.Engine;
using Jobs.Bench.Report;

namespace Jobs.Bench.Search;

/// <summary>
/// Searches over made-up passages, single and in batches, over HTTP; beside the product's own statements alone, and the
/// same words ranked by PostgreSQL's own function over its own index, which returns nothing but ids and ranks.
/// </summary>
internal static class SearchBenchmark
{
    private static readonly string[] Columns = ["", "p50 ms", "p99 ms", "most ms", "queries/s"];
    private const int RatePerSecond = 1_000;
    private const int FewQueries = 30;
    private const int RankedQueries = 10;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RateTime = TimeSpan.FromSeconds(10);

    public static async Task<int> RunAsync(string[] args)
    {
        var passages = Arguments.Number(args, 0, 100_000);
        var queries = Arguments.Number(args, 1, 200);
        var raw = !args.Contains("--no-raw", StringComparer.Ordinal);
        await using var database = await BenchDatabase.CreateAsync();
        await using var host = await SearchHost.StartAsync(database);
        var tenant = await host.TenantAsync();
        var corpus = new Corpus(passages, seed: 7);
        await LoadAsync(database, host, corpus, passages, tenant);
        if (args.Contains("--pause", StringComparer.Ordinal))
        {
            // To load beside other work, and to measure when there is none.
            Console.WriteLine("Loaded; a line on the standard input starts the measurement.");
            await Console.In.ReadLineAsync();
        }

        var rows = new List<IReadOnlyList<string>>();
        if (Arguments.Option(args, "--only") == "kept")
        {
            await KeptAsync(host, corpus, rows);
            Markdown.Table(Columns, rows);
            return 0;
        }
        await host.RestartAsync();
        rows.Add(
            (await HttpRuns.SingleAsync(host, corpus.Queries(FewQueries, 3))).Row(
                $"3 words, the first {FewQueries} of a new process"
            )
        );
        // Compiled, as a process is that has been there for a while.
        await HttpRuns.SingleAsync(host, corpus.Queries(queries, 2));
        var ratios = new List<string>();
        foreach (var words in (int[])[1, 3, 30])
        {
            await MeasureAsync(database, host, corpus, tenant, words, queries, rows, ratios);
        }
        await KeptAsync(host, corpus, rows);
        var changed = await HttpRuns.ChangesAsync(host, corpus.Queries(queries, 3));
        rows.Add(changed.Searches.Row($"3 words, while {changed.Changes} documents come and go"));
        if (raw)
        {
            await database.ExecuteAsync("create index on jobs.passages using gin (terms)");
            await database.ExecuteAsync("analyze jobs.passages");
            foreach (var words in (int[])[1, 3, 30])
            {
                var times = await StatementRuns.RankAsync(
                    database,
                    tenant,
                    corpus.Queries(RankedQueries, words)
                );
                rows.Add(times.Row($"{words} words, `ts_rank` alone"));
            }
        }
        Markdown.Table(Columns, rows);
        Console.WriteLine(
            $"\nKept answers beside searches, by the median: {string.Join(", ", ratios)}."
        );
        return 0;
    }

    private static async Task KeptAsync(
        SearchHost host,
        Corpus corpus,
        List<IReadOnlyList<string>> rows
    )
    {
        var few = corpus.Queries(64, 3);
        await HttpRuns.SingleAsync(host, few);
        await RateRun.KeptAsync(host, few, RatePerSecond, WarmUp);
        var nothing = await RateRun.NothingAsync(host, RatePerSecond, RateTime);
        var (kept, inside, achieved) = await RateRun.KeptAsync(host, few, RatePerSecond, RateTime);
        rows.Add(
            kept.Row(FormattableString.Invariant($"kept, at {achieved:#,0} requests/s over HTTP"))
        );
        rows.Add(inside.Row("the same, in the service (X-Process-Time)"));
        rows.Add(nothing.Row("nothing, at the same rate (/health/live)"));
    }

    private static async Task LoadAsync(
        BenchDatabase database,
        SearchHost host,
        Corpus corpus,
        int passages,
        int tenant
    )
    {
        var watch = Stopwatch.StartNew();
        await corpus.LoadAsync(database.Raw, tenant);
        var loaded = watch.Elapsed;
        await host.IndexAsync();
        var indexed = watch.Elapsed - loaded;
        var bytes = await database.ScalarAsync<long>(
            "select pg_total_relation_size('jobs.search_postings') + pg_total_relation_size('jobs.search_segments')"
        );
        var segments = await database.ScalarAsync<long>(
            "select count(*) from jobs.search_segments"
        );
        Console.WriteLine(
            FormattableString.Invariant(
                $"\n{passages:#,0} passages loaded in {loaded.TotalSeconds:0} s, indexed in {indexed.TotalSeconds:0} s; {segments} segments, {bytes / 1048576.0:0} MB of index"
            )
        );
    }

    private static async Task MeasureAsync(
        BenchDatabase database,
        SearchHost host,
        Corpus corpus,
        int tenant,
        int words,
        int queries,
        List<IReadOnlyList<string>> rows,
        List<string> ratios
    )
    {
        var single = corpus.Queries(queries, words);
        var first = await HttpRuns.SingleAsync(host, single);
        rows.Add(first.Row($"{words} words"));
        await HttpRuns.SingleAsync(host, single);
        var again = await HttpRuns.SingleAsync(host, single);
        rows.Add(again.Row($"{words} words, kept"));
        ratios.Add(
            FormattableString.Invariant($"{words} words {first.Median / again.Median:0} times")
        );
        var many = corpus.Queries(Math.Max(queries, HttpRuns.BatchSize), words);
        var batches = await HttpRuns.BatchesAsync(host, many);
        rows.Add(batches.Row($"{words} words, batches of {HttpRuns.BatchSize}"));
        await HttpRuns.BatchesAsync(host, many);
        var keptBatches = await HttpRuns.BatchesAsync(host, many);
        rows.Add(keptBatches.Row($"{words} words, batches of {HttpRuns.BatchSize}, kept"));
        var statements = await StatementRuns.ReadAsync(
            database,
            tenant,
            corpus.Queries(queries, words)
        );
        rows.Add(statements.Row($"{words} words, the product's statements alone"));
    }
}
