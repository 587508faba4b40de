using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Jobs.Testing;

namespace Jobs.Web.Tests.Crash;

/// <summary>
/// The promise that everything else stands on: workers are killed three times and PostgreSQL once in the middle of the
/// work, and every item has exactly one outcome.
/// </summary>
public sealed class CrashTests(ITestOutputHelper output)
{
    private const int Documents = 100;
    private const int Queries = 3_000;
    private const string Key = "a-key-for-the-crash-tests-0123456789";

    // JOBS_TEST_SEED draws other moments.
    private static readonly int Seed = int.Parse(
        Environment.GetEnvironmentVariable("JOBS_TEST_SEED") ?? "20260101",
        CultureInfo.InvariantCulture
    );

    [Fact]
    public async Task Nothing_is_lost_or_doubled_when_workers_and_PostgreSQL_are_killed()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(
            TestContext.Current.CancellationToken
        );
        limit.CancelAfter(TimeSpan.FromMinutes(4));
        var cancellationToken = limit.Token;
        output.WriteLine($"seed {Seed}");
        var random = new Random(Seed);

        using var folder = new TestFolder();
        var port = HostProcess.FreePort();
        using var web = HostProcess.Start(
            "Web",
            folder.Location,
            ("Jobs__AdminKey", Key),
            ("Jobs__Engine__Enabled", "false"),
            ("Jobs__RateLimits__Enabled", "false"),
            ("ASPNETCORE_URLS", $"http://127.0.0.1:{port}")
        );
        using var service = new ServiceClient(port, Key);
        await service.ReadyAsync(cancellationToken);

        var batches = new List<(string Path, int Total)>();
        foreach (var files in Texts(random).Chunk(50))
        {
            batches.Add(
                (await service.SubmitDocumentsAsync(files, cancellationToken), files.Length)
            );
        }
        batches.Add(
            (await service.SubmitQueriesAsync(Words(random, Queries), cancellationToken), Queries)
        );

        var total = batches.Sum(b => b.Total);
        var worker = HostProcess.Start("Worker", folder.Location);
        try
        {
            // The blows fall when so many items are done, drawn by the seed, a quarter of the work each.
            for (var blow = 0; blow < 4; blow++)
            {
                var at = ((total * blow) + random.Next(total)) / 5;
                var done = await UntilAsync(
                    service,
                    batches,
                    done => done >= at,
                    cancellationToken
                );
                output.WriteLine($"blow {blow}: {done} of {total} items done");
                done.ShouldBeLessThan(total, "There must be work to lose when the blow falls.");
                if (blow == 2)
                {
                    KillPostgres(folder.Location);
                }
                else
                {
                    await worker.KillAsync(cancellationToken);
                    worker.Dispose();
                    worker = HostProcess.Start("Worker", folder.Location);
                }
            }
            await UntilAsync(service, batches, done => done == total, cancellationToken);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            output.WriteLine($"web:\n{web.Output}\nworker:\n{worker.Output}");
            throw;
        }
        finally
        {
            worker.Dispose();
        }
        foreach (var (path, count) in batches)
        {
            await CheckAsync(service, path, count, cancellationToken);
        }
        var found = await service.GetAsync(
            $"/api/v1/documents?limit={Documents}",
            cancellationToken
        );
        found
            .GetProperty("items")
            .EnumerateArray()
            .Count(d => d.GetProperty("state").GetString() == "ready")
            .ShouldBe(Documents);
    }

    // Every read on the way is a check: counts add up, whatever has just died.
    private static async Task<int> UntilAsync(
        ServiceClient service,
        List<(string Path, int Total)> batches,
        Func<int, bool> reached,
        CancellationToken cancellationToken
    )
    {
        while (true)
        {
            var done = 0;
            foreach (var (path, total) in batches)
            {
                var counts = (await service.GetAsync(path, cancellationToken)).GetProperty(
                    "counts"
                );
                int Of(string name) => counts.GetProperty(name).GetInt32();
                Of("total").ShouldBe(total);
                (
                    Of("pending") + Of("running") + Of("succeeded") + Of("failed") + Of("cancelled")
                ).ShouldBe(total);
                Of("pending").ShouldBeGreaterThanOrEqualTo(0);
                done += Of("succeeded") + Of("failed");
            }
            if (reached(done))
            {
                return done;
            }
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, cancellationToken);
        }
    }

    private static async Task CheckAsync(
        ServiceClient service,
        string path,
        int total,
        CancellationToken cancellationToken
    )
    {
        var status = await service.GetAsync(path, cancellationToken);
        status.GetProperty("state").GetString().ShouldBe("completed");
        status
            .GetProperty("outcome")
            .GetString()
            .ShouldBe("succeeded", await ErrorsAsync(service, path, cancellationToken));
        var outcomes = await service.GetLinesAsync($"{path}/results", cancellationToken);
        outcomes
            .Select(o => o.GetProperty("index").GetInt32())
            .ShouldBe(Enumerable.Range(0, total));
        var items = await service.GetAsync($"{path}/items?state=running", cancellationToken);
        items.GetProperty("items").GetArrayLength().ShouldBe(0);
    }

    private static async Task<string> ErrorsAsync(
        ServiceClient service,
        string path,
        CancellationToken cancellationToken
    ) => JsonSerializer.Serialize(await service.GetAsync($"{path}/errors", cancellationToken));

    private static void KillPostgres(string folder)
    {
        var first = File.ReadLines(Path.Combine(folder, "postgres", "data", "postmaster.pid"))
            .First();
        using var postmaster = Process.GetProcessById(
            int.Parse(first, CultureInfo.InvariantCulture)
        );
        postmaster.Kill();
    }

    private static IEnumerable<(string, byte[])> Texts(Random random) =>
        Enumerable
            .Range(0, Documents)
            .Select(i =>
                (
                    $"text-{i}.txt",
                    Encoding.UTF8.GetBytes($"Document {i}. {string.Join(' ', Words(random, 400))}")
                )
            );

    private static IEnumerable<string> Words(Random random, int count) =>
        Enumerable.Range(0, count).Select(_ => $"word{random.Next(500)}");
}
