using Jobs.Batches;
using Jobs.Kinds;
using Jobs.Testing;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Engine;

/// <summary>A database of its own for each test, and the hosts that the test starts on it.</summary>
public abstract class EngineTest : IAsyncLifetime
{
    private const string WaitsForLock =
        "select count(*) from pg_locks l join pg_stat_activity a using (pid) where not l.granted and a.datname = current_database()";

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

    /// <summary>Waits until a statement of this database waits for another's lock.</summary>
    protected async Task UntilOneWaitsForLockAsync(EngineHost host)
    {
        using var watch = host.Get<BatchChanges>().Begin(Guid.Empty);
        for (var look = 0; await Database.ScalarAsync<long>(WaitsForLock, Stop) == 0; look++)
        {
            look.ShouldBeLessThan(500, "Nobody waits: the two do not see each other.");
            await watch.WaitAsync(TimeSpan.FromMilliseconds(10), Stop);
        }
    }

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
