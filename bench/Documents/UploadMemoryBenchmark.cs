using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Jobs.Bench.Engine;
using Jobs.Bench.Report;
using Jobs.Testing.Documents;

namespace Jobs.Bench.Documents;

/// <summary>How much the service grows while it is sent as many and as large files as one request may have.</summary>
internal static class UploadMemoryBenchmark
{
    // A little less than a file may have: the document around it has its length too.
    private const int FileLength = (50 * 1024 * 1024) - 4096;
    private const double MostGrowth = 100;

    public static async Task<int> RunAsync(string[] args)
    {
        var files = Arguments.Number(args, 0, 50);
        await using var database = await BenchDatabase.CreateAsync();
        await using var web = await WebProcess.StartAsync(database.ConnectionString);
        var client = web.Client;
        var before = ProcessStatus.Megabytes(web.Id);
        using var done = new CancellationTokenSource();
        var peak = WatchAsync(web.Id, done.Token);
        using var form = new MultipartFormDataContent();
        for (var i = 0; i < files; i++)
        {
            form.Add(new LargeContent($"Page of large {i}"), "files", $"large-{i}.pdf");
        }
        var started = Stopwatch.GetTimestamp();
        using var answer = await client.PostAsync(
            new Uri("/api/v1/batch/documents", UriKind.Relative),
            form,
            done.Token
        );
        answer.EnsureSuccessStatusCode();
        var id = (await answer.Content.ReadFromJsonAsync<JsonElement>(done.Token))
            .GetProperty("id")
            .GetString();
        var upload = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var state = "";
        while (state != "completed")
        {
            using var ask = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/batch/jobs/{id}");
            ask.Headers.Add("Prefer", "wait=30");
            using var status = await client.SendAsync(ask, done.Token);
            state = (await status.Content.ReadFromJsonAsync<JsonElement>(done.Token))
                .GetProperty("state")
                .GetString();
        }
        await done.CancelAsync();
        var growth = await peak - before;
        Console.WriteLine(
            FormattableString.Invariant(
                $"{files} files of 50 MB: uploaded in {upload:0.0} s, {(double)files * FileLength / upload / 1_000_000:0} MB/s, read after {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s; the service had {before:0} MB and grew by {growth:0} MB"
            )
        );
        return growth < MostGrowth ? 0 : 1;
    }

    private static async Task<double> WatchAsync(int process, CancellationToken ct)
    {
        var most = 0.0;
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        try
        {
            while (await timer.WaitForNextTickAsync(ct))
            {
                most = Math.Max(most, ProcessStatus.Megabytes(process));
            }
        }
        catch (OperationCanceledException)
        {
            // The batch has ended.
        }
        return most;
    }

    /// <summary>A document that is made when it is sent: one at a time is in memory.</summary>
    private sealed class LargeContent(string page) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            stream.WriteAsync(MinimalPdf.Padded(page, FileLength)).AsTask();

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
