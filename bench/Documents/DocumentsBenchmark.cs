using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Jobs.Bench.Engine;
using Jobs.Bench.Report;

namespace Jobs.Bench.Documents;

/// <summary>
/// Documents from upload to outcome, over HTTP: with warm parsers, with a process a file, and beside them what no one
/// can be faster than, <c>pdftotext</c>, <c>unzip</c> and <c>cat</c> alone on the same files.
/// </summary>
internal static class DocumentsBenchmark
{
    private const int FilesOfRequest = 50;

    // As many as a worker reads documents at once.
    private const int AtOnce = 3;

    public static async Task<int> RunAsync(string[] args)
    {
        var files = Arguments.Number(args, 0, 350);
        var runs = Arguments.Number(args, 1, 3);
        var paragraphs = int.Parse(
            Arguments.Option(args, "--paragraphs") ?? $"{Corpus.Paragraphs}",
            CultureInfo.InvariantCulture
        );
        await using var database = await BenchDatabase.CreateAsync();
        var rows = new Dictionary<string, List<(double Files, double Megabytes)>>(
            StringComparer.Ordinal
        );
        for (var run = 0; run < runs; run++)
        {
            foreach (
                var (name, parserFiles) in (IEnumerable<(string, int)>)
                    [("warm parsers", 200), ("a process a file", 1)]
            )
            {
                using var corpus = await Corpus.CreateAsync(files, $"{name} {run}", paragraphs);
                var seconds = await UploadAsync(database, corpus, parserFiles);
                Add(rows, name, corpus, seconds);
            }
            using var alone = await Corpus.CreateAsync(files, $"alone {run}", paragraphs);
            Add(rows, "the programs alone", alone, await AloneAsync(alone));
        }
        Console.WriteLine(
            $"\n{files} documents of seven types and {paragraphs} paragraphs, {runs} runs in turns, from upload to the last outcome\n"
        );
        Markdown.Table(
            ["", "documents/s", "MB/s"],
            rows.Select(r =>
                (IReadOnlyList<string>)
                    [
                        r.Key,
                        Spread.Of(r.Value.Select(v => v.Files)).Text("0.0"),
                        Spread.Of(r.Value.Select(v => v.Megabytes)).Text("0.00"),
                    ]
            )
        );
        var ratio = Median("warm parsers") / Median("the programs alone");
        Console.WriteLine(
            FormattableString.Invariant(
                $"ratio {ratio:0.00}, warm / a process a file {Median("warm parsers") / Median("a process a file"):0.00}"
            )
        );
        return 0;

        double Median(string name) => Spread.Of(rows[name].Select(v => v.Files)).Median;
    }

    private static void Add(
        Dictionary<string, List<(double, double)>> rows,
        string name,
        Corpus corpus,
        double seconds
    )
    {
        if (!rows.TryGetValue(name, out var values))
        {
            rows[name] = values = [];
        }
        values.Add((corpus.Files.Count / seconds, corpus.Bytes / seconds / 1_000_000));
    }

    private static async Task<double> UploadAsync(
        BenchDatabase database,
        Corpus corpus,
        int parserFiles
    )
    {
        await using var web = await WebProcess.StartAsync(
            database.ConnectionString,
            ("Jobs__Documents__ParserFiles", $"{parserFiles}")
        );
        var client = web.Client;
        // A first file of each kind of parser, so that no start of the service itself is measured.
        using (
            var warm = await Corpus.CreateAsync(7, $"warm {parserFiles} {Stopwatch.GetTimestamp()}")
        )
        {
            await EndAsync(client, await SendAsync(client, warm.Files));
        }
        var started = Stopwatch.GetTimestamp();
        var batches = new List<string>();
        foreach (var part in corpus.Files.Chunk(FilesOfRequest))
        {
            batches.Add(await SendAsync(client, part));
        }
        foreach (var batch in batches)
        {
            await EndAsync(client, batch);
        }
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        return seconds;
    }

    private static async Task<string> SendAsync(HttpClient client, IReadOnlyList<string> files)
    {
        using var form = new MultipartFormDataContent();
        foreach (var file in files)
        {
            form.Add(new StreamContent(File.OpenRead(file)), "files", Path.GetFileName(file));
        }
        using var answer = await client.PostAsync(
            new Uri("/api/v1/batch/documents", UriKind.Relative),
            form
        );
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonElement>())
            .GetProperty("id")
            .GetString()!;
    }

    private static async Task EndAsync(HttpClient client, string batch)
    {
        while (true)
        {
            using var ask = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/batch/jobs/{batch}");
            ask.Headers.Add("Prefer", "wait=30");
            using var answer = await client.SendAsync(ask);
            var status = await answer.Content.ReadFromJsonAsync<JsonElement>();
            if (status.GetProperty("state").GetString() == "completed")
            {
                var outcome = status.GetProperty("outcome").GetString();
                if (outcome != "succeeded")
                {
                    throw new InvalidOperationException($"The batch ended {outcome}: {status}");
                }
                return;
            }
        }
    }

    private static async Task<double> AloneAsync(Corpus corpus)
    {
        var started = Stopwatch.GetTimestamp();
        await Parallel.ForEachAsync(
            corpus.Files,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (file, ct) =>
            {
                string[] command = Path.GetExtension(file) switch
                {
                    ".pdf" => ["pdftotext", "-raw", file, "-"],
                    ".docx" or ".xlsx" => ["unzip", "-p", file],
                    _ => ["cat", file],
                };
                using var process = Process.Start(
                    new ProcessStartInfo(command[0], command[1..])
                    {
                        RedirectStandardOutput = true,
                        UseShellExecute = false,
                    }
                )!;
                await process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, ct);
                await process.WaitForExitAsync(ct);
            }
        );
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }
}
