using System.Globalization;
using Jobs.CrashHost;
using Jobs.Notifications.Webhooks;
using Jobs.Testing;
using Jobs.Testing.Chaos;
using Jobs.Tests.Engine;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Jobs.Tests.Chaos;

/// <summary>What tests of chaos share: a seed, workers with short leases, and processes that can be killed.</summary>
public abstract class ChaosTest(ITestOutputHelper output) : EngineTest
{
    protected static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(2);

    // How long an item takes.
    private const int Milliseconds = 10;

    /// <summary>How long a test may take that waits for what must happen.</summary>
    protected static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    // JOBS_TEST_SEED draws other moments.
    private static readonly int Seed = int.Parse(
        Environment.GetEnvironmentVariable("JOBS_TEST_SEED") ?? "20260101",
        CultureInfo.InvariantCulture
    );

    protected void Say(string line) => output.WriteLine(line);

    /// <summary>Drawn from the seed, which is printed.</summary>
    protected Random NewRandom()
    {
        Say($"JOBS_TEST_SEED={Seed}");
        return new Random(Seed);
    }

    /// <summary>A worker on the way to the database that a connection string names.</summary>
    protected static Task<EngineHost> StartWorkerAsync(
        string connectionString,
        TimeSpan clock = default,
        TimeSpan? leaseTime = null
    ) =>
        EngineHost.StartAsync(
            connectionString,
            new EngineHostOptions
            {
                Handle = new CrashHandler(TimeProvider.System, new CrashSettings()).HandleAsync,
                Engine = engine => (engine.Slots, engine.LeaseTime) = (4, leaseTime ?? LeaseTime),
                Services = services =>
                    services
                        .AddSingleton<TimeProvider>(new ShiftedTime(clock))
                        .Configure<WebhookOptions>(o =>
                            (o.AllowedHosts, o.Timeout) = (
                                "127.0.0.1",
                                WorkerProcess.WebhookTimeout
                            )
                        ),
            },
            Stop
        );

    /// <summary>A caller whose batches have pages of ten items.</summary>
    protected static Task<EngineHost> StartCallerAsync(string connectionString) =>
        EngineHost.StartIdleAsync(
            connectionString,
            new EngineHostOptions { Kind = kind => kind.ItemsPerPage = 10 },
            Stop
        );

    /// <summary>Lets blows fall while batches are worked on; every law must hold, and every webhook come.</summary>
    /// <param name="heal">Ends what the last blow began, once its leases have ended.</param>
    protected async Task StrikeAsync(
        EngineHost caller,
        Random random,
        IReadOnlyList<Blow> blows,
        Func<CancellationToken, Task>? heal = null,
        int items = 600,
        TimeSpan? leaseTime = null
    )
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        limit.CancelAfter(Limit);
        await using var receiver = await Receiver.StartAsync(200, Stop);
        var run = new ChaosRun(caller, leaseTime ?? LeaseTime, random, Say);
        foreach (var count in (int[])[items, items / 2, 1])
        {
            await run.SubmitAsync(count, Milliseconds, receiver, Stop);
        }
        await run.RunAsync(blows, heal ?? (_ => Task.CompletedTask), limit.Token);
        await run.Laws.WebhooksAsync(run.Batches, receiver, limit.Token);
    }

    /// <summary>A worker in a process of its own.</summary>
    protected HostProcess StartProcess(TestFolder folder) =>
        WorkerProcess.Start(folder, Database.ConnectionString, LeaseTime);
}
