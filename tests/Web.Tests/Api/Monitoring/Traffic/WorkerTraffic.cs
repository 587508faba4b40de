using Jobs.CrashHost;
using Jobs.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Jobs.Web.Tests.Api.Monitoring.Traffic;

/// <summary>
/// A worker in a process of its own to which everything happens that a worker counts, and nothing else; what it says of
/// that, and what it should say.
/// </summary>
public sealed class WorkerTraffic : IAsyncLifetime
{
    private readonly TestFolder folder = new();
    private MeasuredProcess? worker;

    public TestDatabase Database { get; } = new();

    /// <summary>What it should have counted.</summary>
    public Ledger Ledger { get; } = new();

    /// <summary>What it has counted.</summary>
    public Scrape Scrape { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var ct = TestContext.Current.CancellationToken;
        await Database.InitializeAsync();
        await Database.ScalarAsync<int>("update jobs.tenants set weight = 3 where id = 1", ct);
        await using var receiver = await Receiver.StartAsync(
            (context, _) =>
            {
                context.Response.StatusCode = int.Parse(
                    context.Request.Path.Value!.Split('/')[^1],
                    System.Globalization.CultureInfo.InvariantCulture
                );
                return Task.CompletedTask;
            },
            ct
        );
        await using var caller = await EngineHost.StartIdleAsync(
            Database,
            new EngineHostOptions { Services = s => s.AddKind<WorkHandler>(CacheItem.Kind) },
            ct
        );
        var engine = new EngineTraffic(caller, Database, Ledger);
        var deadly = await engine.DeadlyAsync(ct);
        for (var deaths = 0; deaths < 2; deaths++)
        {
            await DieAsync(deaths, ct);
        }
        worker = MeasuredProcess.Start(
            "CrashHost",
            folder,
            Database,
            [
                ("Crash__Measured", "true"),
                ("Jobs__Engine__MaxDeliveries", "1"),
                ("Jobs__Engine__ProgressInterval", "01:00:00"),
                ("Jobs__Webhooks__AllowedHosts", "127.0.0.1"),
                .. CacheTraffic.Settings,
            ]
        );
        await engine.RescuedAsync(deadly, ct);
        await engine.MixedAsync(ct);
        await engine.PreferredAsync(ct);
        await engine.CancelledAsync(ct);
        await engine.LostAsync(ct);
        await engine.WebhooksAsync(receiver, ct);
        await engine.TicksAsync(ct);
        await new CacheTraffic(engine, Database, worker, Ledger).RunAsync(ct);
        Scrape = await worker.ScrapeAsync(Ledger.IsReached, ct);
    }

    public async ValueTask DisposeAsync()
    {
        worker?.Dispose();
        await Database.DisposeAsync();
        folder.Dispose();
    }

    // A worker takes all that there is, never ends it, and is killed.
    private async Task DieAsync(int deaths, CancellationToken ct)
    {
        using var victim = HostProcess.Start(
            "CrashHost",
            folder.Location,
            ("ConnectionStrings__Jobs", Database.ConnectionString),
            ("Jobs__Engine__MaxDeliveries", "100"),
            ("Crash__Hold", "true")
        );
        await Database.UntilAsync(
            "select bool_and(state = 'leased' and deaths = $1) from jobs.chunks",
            ct,
            deaths
        );
        await victim.KillAsync(ct);
    }
}
