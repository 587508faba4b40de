using System.Diagnostics;
using System.Text.Json;

namespace Jobs.Bench.Search;

/// <summary>Searches over HTTP.</summary>
internal static class HttpRuns
{
    public const int BatchSize = 100;

    /// <summary>One after the other, on one connection.</summary>
    public static async Task<Times> SingleAsync(SearchHost host, IReadOnlyList<string> queries)
    {
        var times = new Times();
        foreach (var query in queries)
        {
            var began = Stopwatch.GetTimestamp();
            var bytes = await host.ReadAsync(query);
            times.AddSince(began);
            var found = JsonElement.Parse(bytes);
            if (found.GetProperty("hits").GetArrayLength() == 0)
            {
                throw new InvalidOperationException($"Nothing was found for '{query}'.");
            }
        }
        return times;
    }

    /// <summary>A hundred in one request; each counts as a hundredth of it.</summary>
    public static async Task<Times> BatchesAsync(SearchHost host, IReadOnlyList<string> queries)
    {
        var times = new Times();
        foreach (var batch in queries.Chunk(BatchSize))
        {
            var began = Stopwatch.GetTimestamp();
            var found = await host.PostAsync(
                "/api/v1/batch/queries",
                new { queries = batch.Select(q => new { q }) }
            );
            times.AddSince(began, batch.Length);
            if (found.GetProperty("results").GetArrayLength() != batch.Length)
            {
                throw new InvalidOperationException(found.GetProperty("errors").GetRawText());
            }
        }
        return times;
    }

    /// <summary>
    /// Searches while documents come and go; each that has come is found by the next search, each that has gone is not.
    /// </summary>
    public static async Task<(Times Searches, int Changes)> ChangesAsync(
        SearchHost host,
        IReadOnlyList<string> queries
    )
    {
        var times = new Times();
        var changes = 0;
        using var enough = new CancellationTokenSource();
        var changing = ChangeAsync();
        foreach (var query in queries)
        {
            var began = Stopwatch.GetTimestamp();
            await host.SearchAsync(query);
            times.AddSince(began);
        }
        await enough.CancelAsync();
        await changing;
        return (times, changes);

        async Task ChangeAsync()
        {
            while (!enough.IsCancellationRequested)
            {
                var word = $"novelty{changes}";
                var ids = await host.UploadAsync([($"{word}.txt", $"the {word} is here")]);
                await ExpectAsync(word, 1);
                await host.DeleteAsync(ids[0]!.Value);
                await ExpectAsync(word, 0);
                changes++;
            }
        }

        // The word itself: another one that is like it is another document's.
        async Task ExpectAsync(string word, int count)
        {
            var found = await host.SearchAsync($"\"{word}\"");
            if (found.GetProperty("total").GetInt32() != count)
            {
                throw new InvalidOperationException(
                    $"'{word}' was found {found.GetProperty("total").GetRawText()} times, not {count}."
                );
            }
        }
    }
}
