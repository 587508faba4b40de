using Jobs.Batches;
using Jobs.Kinds;
using Jobs.Testing;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Engine;

/// <summary>A database of its own for each test, and the hosts that the test starts on it.</summary>
public abstract class EngineTest : IAsyncLifetime
{
    private readonly List<EngineHost> hosts = [];
    private TestDatabase? database;

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    protected static ItemError Transient { get; } = new("busy", "Come back later.", true);

    protected TestDatabase Database =>
        database ?? throw new InvalidOperationException("The test has not begun.");

    public async ValueTask InitializeAsync() =>
        database = await TestDatabase.CreateAsync(migrated: true, Stop);

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var host in hosts)
        {
            await host.DisposeAsync();
        }
        if (database is not null)
        {
            await database.DisposeAsync();
        }
    }

    protected async Task<EngineHost> StartAsync(EngineHostOptions? options = null)
    {
        var host = await EngineHost.StartAsync(Database, options ?? new(), Stop);
        hosts.Add(host);
        return host;
    }

    protected async Task<EngineHost> StartIdleAsync(EngineHostOptions? options = null)
    {
        var host = await EngineHost.StartIdleAsync(Database, options ?? new(), Stop);
        hosts.Add(host);
        return host;
    }

    protected static EngineHostOptions Handling(Func<Item, ItemOutcome> handle) =>
        new() { Handle = (item, _) => ValueTask.FromResult(handle(item)) };

    /// <summary>Waits for what a handler signals.</summary>
    protected static Task WithinPatienceAsync(Task task) =>
        task.WaitAsync(EngineHost.Patience, TimeProvider.System, Stop);

    protected static TaskCompletionSource Signal() =>
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    protected static void ShouldAddUp(BatchStatus status)
    {
        var counts = status.Counts;
        (
            counts.Pending + counts.Running + counts.Succeeded + counts.Failed + counts.Cancelled
        ).ShouldBe(counts.Total);
        counts.Pending.ShouldBeGreaterThanOrEqualTo(0);
        counts.Running.ShouldBeGreaterThanOrEqualTo(0);
    }
}
