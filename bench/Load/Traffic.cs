using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Jobs.Bench.Load;

/// <summary>The mix of requests, and the account of what was submitted by them. Thread-safe.</summary>
internal sealed class Traffic(HttpClient client)
{
    private const int Documents = 100;
    private const int WordsOfDocument = 400;
    private const int ItemsOfBatch = 10;
    private const int ItemsOfRequest = 5;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    // Words as seldom as they are in a language: the nth is n times as seldom as the first.
    private static readonly string[] Words =
    [
        .. Enumerable.Range(0, 2000).Select(n => $"w{n * 7919 % 100_003:x}rd"),
    ];

    // Of a hundred requests.
    private static readonly (Operation Operation, int Share)[] Mix =
    [
        (Operation.Status, 30),
        (Operation.Search, 25),
        (Operation.Submit, 20),
        (Operation.Results, 8),
        (Operation.List, 7),
        (Operation.Queries, 5),
        (Operation.Ping, 5),
    ];

    private readonly ConcurrentBag<string> all = [];
    private readonly ConcurrentDictionary<string, bool> own = new(StringComparer.Ordinal);
    private volatile string? latest;
    private long answered;

    /// <summary>Items of batches, and queries that were answered in the response.</summary>
    public long Items => (all.Count * (long)ItemsOfBatch) + Volatile.Read(ref answered);

    /// <summary>Documents to search in, and a batch to ask for.</summary>
    public async Task PrepareAsync()
    {
        var random = new Random(1);
        foreach (var part in Enumerable.Range(0, Documents).Chunk(50))
        {
            using var form = new MultipartFormDataContent();
            foreach (var n in part)
            {
                var text = string.Join(
                    ' ',
                    Enumerable.Range(0, WordsOfDocument).Select(_ => Word(random))
                );
                form.Add(new StringContent(text), "files", $"document-{n}.txt");
            }
            using var answer = await client.PostAsync(
                new Uri("/api/v1/batch/documents", UriKind.Relative),
                form
            );
            answer.EnsureSuccessStatusCode();
            own[await IdOfAsync(answer)] = true;
        }
        await SendAsync(Operation.Submit, random);
        await DrainAsync();
    }

    public static Operation Choose(Random random)
    {
        var at = random.Next(100);
        foreach (var (operation, share) in Mix)
        {
            at -= share;
            if (at < 0)
            {
                return operation;
            }
        }
        throw new UnreachableException("The shares are a hundred together.");
    }

    /// <summary>Sends one request; says whether it was answered as it should be.</summary>
    public async Task<bool> SendAsync(Operation operation, Random random)
    {
        using var request = Request(operation, random);
        using var answer = await client.SendAsync(request);
        if (!answer.IsSuccessStatusCode)
        {
            return false;
        }
        if (operation == Operation.Submit)
        {
            var id = await IdOfAsync(answer);
            all.Add(id);
            own[id] = true;
            latest = id;
        }
        else
        {
            await answer.Content.CopyToAsync(Stream.Null);
        }
        if (operation == Operation.Queries)
        {
            Interlocked.Add(ref answered, ItemsOfRequest);
        }
        return true;
    }

    /// <summary>Waits until all that was submitted has ended; how long that took.</summary>
    public async Task<TimeSpan> DrainAsync()
    {
        var started = Stopwatch.GetTimestamp();
        foreach (var state in (string[])["queued", "running"])
        {
            while (await IsAnyAsync(state))
            {
                await Task.Delay(Pause, TimeProvider.System);
            }
        }
        return Stopwatch.GetElapsedTime(started);
    }

    // Others of the tenant are not waited for; those of this run are the newest.
    private async Task<bool> IsAnyAsync(string state) =>
        (
            await client.GetFromJsonAsync<JsonElement>(
                new Uri($"/api/v1/batch/jobs?limit=100&state={state}", UriKind.Relative)
            )
        )
            .GetProperty("items")
            .EnumerateArray()
            .Any(batch => own.ContainsKey(batch.GetProperty("id").GetString()!));

    /// <summary>Batches that have another number of outcomes than of items, or an item twice.</summary>
    public async Task<IReadOnlyList<string>> LostAsync()
    {
        var lost = new List<string>();
        foreach (var id in all)
        {
            var lines = await client.GetStringAsync(
                new Uri($"/api/v1/batch/jobs/{id}/results", UriKind.Relative)
            );
            var indexes = lines
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(l => JsonElement.Parse(l).GetProperty("index").GetInt32())
                .ToList();
            if (!indexes.SequenceEqual(Enumerable.Range(0, ItemsOfBatch)))
            {
                lost.Add($"{id} has the outcomes {string.Join(',', indexes)}");
            }
        }
        return lost;
    }

    private HttpRequestMessage Request(Operation operation, Random random) =>
        operation switch
        {
            Operation.Submit => Post("/api/v1/batch/queries/async", ItemsOfBatch, random),
            Operation.Queries => Post("/api/v1/batch/queries", ItemsOfRequest, random),
            Operation.Status => Get($"/api/v1/batch/jobs/{latest}"),
            Operation.Results => Get($"/api/v1/batch/jobs/{latest}/results"),
            Operation.List => Get("/api/v1/batch/jobs?limit=20"),
            Operation.Ping => Get("/health/live"),
            _ => Get($"/api/v1/search?q={Word(random)}+{Word(random)}"),
        };

    private static HttpRequestMessage Get(string path) => new(HttpMethod.Get, path);

    private static HttpRequestMessage Post(string path, int queries, Random random) =>
        new(HttpMethod.Post, path)
        {
            Content = new StringContent(
                JsonSerializer.Serialize(
                    new
                    {
                        queries = Enumerable
                            .Range(0, queries)
                            .Select(_ => new { q = $"{Word(random)} {Word(random)}" }),
                    }
                ),
                Encoding.UTF8,
                "application/json"
            ),
        };

    // The inverse of the distribution of Zipf, whose weights grow as the logarithm.
    private static string Word(Random random) =>
        Words[(int)Math.Pow(Words.Length, random.NextDouble()) - 1];

    private static async Task<string> IdOfAsync(HttpResponseMessage answer) =>
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
}
