using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Jobs.Bench.Engine;
using Jobs.Bench.Report;
using Jobs.Testing;

namespace Jobs.Bench.Search;

/// <summary>
/// Searches over made-up passages, one after the other and in batches, over HTTP on one connection; beside the same
/// words ranked by PostgreSQL's own function over its own index, which returns nothing but ids and ranks.
/// </summary>
internal static class SearchBenchmark
{
    private const string Key = "bench-0123456789-0123456789-0123456789";
    private const int BatchSize = 100;

    private const string Rank = """
        select p.document_id, ts_rank(p.terms, q.q) as score
        from (select string_agg(w, ' | ')::tsquery as q from unnest($2::text[]) w) q
        join jobs.passages p on p.terms @@ q.q
        where p.tenant_id = $1
        order by score desc
        limit 10
        """;

    public static async Task<int> RunAsync(string[] args)
    {
        var passages = Arguments.Number(args, 0, 100_000);
        var queries = Arguments.Number(args, 1, 200);
        var raw = !args.Contains("--no-raw", StringComparer.Ordinal);
        await using var database = await BenchDatabase.CreateAsync();
        var folder = Directory.CreateTempSubdirectory("jobs-bench-").FullName;
        var port = HostProcess.FreePort();
        using var web = HostProcess.Start(
            "Web",
            folder,
            ("ConnectionStrings__Jobs", database.ConnectionString),
            ("Jobs__AdminKey", Key),
            ("Serilog__MinimumLevel__Default", "Warning"),
            ("ASPNETCORE_URLS", $"http://127.0.0.1:{port}")
        );
        using var http = new HttpClient
        {
            BaseAddress = new Uri($"http://127.0.0.1:{port}"),
            Timeout = TimeSpan.FromMinutes(15),
        };
        await ReadyAsync(http);
        http.DefaultRequestHeaders.Add("X-API-Key", Key);
        var tenant = await database.ScalarAsync<int>("select tenant_id from jobs.api_keys limit 1");
        var corpus = new Corpus(passages, seed: 7);
        var watch = Stopwatch.StartNew();
        await corpus.LoadAsync(database.Raw, tenant);
        var loaded = watch.Elapsed;
        await IndexAsync(http);
        var bytes = await database.ScalarAsync<long>(
            "select pg_total_relation_size('jobs.search_postings') + pg_total_relation_size('jobs.search_segments')"
        );
        var segments = await database.ScalarAsync<long>(
            "select count(*) from jobs.search_segments"
        );
        Console.WriteLine(
            FormattableString.Invariant(
                $"\n{passages:#,0} passages loaded in {loaded.TotalSeconds:0} s, indexed in {(watch.Elapsed - loaded).TotalSeconds:0} s; {segments} segments, {bytes / 1048576.0:0} MB of index"
            )
        );
        if (raw)
        {
            await database.ExecuteAsync("create index on jobs.passages using gin (terms)");
        }
        var rows = new List<IReadOnlyList<string>>();
        foreach (var words in (int[])[1, 3, 30])
        {
            var first = corpus.Queries(queries, words);
            rows.Add(Row($"{words} words, first time", await SingleAsync(http, first)));
            rows.Add(Row($"{words} words, again", await SingleAsync(http, first)));
            rows.Add(
                Row($"{words} words, batches of {BatchSize}", await BatchesAsync(http, first))
            );
            if (raw)
            {
                var few = corpus.Queries(Math.Min(queries, 30), words);
                rows.Add(
                    Row($"{words} words, `ts_rank` alone", await RankAsync(database, tenant, few))
                );
            }
        }
        Markdown.Table(["", "p50 ms", "p99 ms", "queries/s"], rows);
        await web.KillAsync(CancellationToken.None);
        Directory.Delete(folder, recursive: true);
        return 0;
    }

    private static async Task<List<double>> SingleAsync(
        HttpClient http,
        IReadOnlyList<string> queries
    )
    {
        var times = new List<double>();
        foreach (var query in queries)
        {
            var began = Stopwatch.GetTimestamp();
            using var answer = await http.GetAsync(
                new Uri($"/api/v1/search?q={Uri.EscapeDataString(query)}", UriKind.Relative)
            );
            var found = JsonElement.Parse(await answer.Content.ReadAsByteArrayAsync());
            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            if (found.GetProperty("hits").GetArrayLength() == 0)
            {
                throw new InvalidOperationException($"Nothing was found for '{query}'.");
            }
        }
        return times;
    }

    private static async Task<List<double>> BatchesAsync(
        HttpClient http,
        IReadOnlyList<string> queries
    )
    {
        var times = new List<double>();
        foreach (var batch in queries.Chunk(BatchSize))
        {
            var began = Stopwatch.GetTimestamp();
            using var answer = await http.PostAsJsonAsync(
                "/api/v1/batch/queries",
                new { queries = batch.Select(q => new { q }) }
            );
            var found = JsonElement.Parse(await answer.Content.ReadAsByteArrayAsync());
            if (found.GetProperty("results").GetArrayLength() != batch.Length)
            {
                throw new InvalidOperationException(found.GetProperty("errors").GetRawText());
            }
            var each = Stopwatch.GetElapsedTime(began).TotalMilliseconds / batch.Length;
            times.AddRange(Enumerable.Repeat(each, batch.Length));
        }
        return times;
    }

    private static async Task<List<double>> RankAsync(
        BenchDatabase database,
        int tenant,
        IReadOnlyList<string> queries
    )
    {
        var times = new List<double>();
        foreach (var query in queries)
        {
            var began = Stopwatch.GetTimestamp();
            await using var command = database.Raw.CreateCommand(Rank);
            command.CommandTimeout = 0;
            command.Parameters.Add(new() { Value = tenant });
            command.Parameters.Add(new() { Value = query.Split(' ') });
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync()) { }
            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }
        return times;
    }

    private static async Task IndexAsync(HttpClient http)
    {
        using var answer = await http.PostAsJsonAsync(
            "/api/v1/batch/jobs",
            new { kind = "cleanup", items = new[] { new { targets = (string[])["search"] } } }
        );
        var batch = answer.EnsureSuccessStatusCode().Headers.Location!;
        while (true)
        {
            var status = await http.GetFromJsonAsync<JsonElement>(batch);
            if (status.GetProperty("state").GetString() == "completed")
            {
                if (status.GetProperty("outcome").GetString() != "succeeded")
                {
                    throw new InvalidOperationException("The index was not made.");
                }
                return;
            }
            await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System);
        }
    }

    private static IReadOnlyList<string> Row(string what, List<double> times)
    {
        var rate = times.Count / (times.Sum() / 1000);
        times.Sort();
        string Text(double value) => value.ToString("0.0", CultureInfo.InvariantCulture);
        return
        [
            what,
            Text(times[times.Count / 2]),
            Text(times[(int)(times.Count * 0.99)]),
            rate.ToString("#,0", CultureInfo.InvariantCulture),
        ];
    }

    private static async Task ReadyAsync(HttpClient http)
    {
        while (true)
        {
            try
            {
                using var answer = await http.GetAsync(new Uri("/health/ready", UriKind.Relative));
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }
    }
}
