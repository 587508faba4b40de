using Jobs.Engine;
using Jobs.Kinds;
using Jobs.Testing;

namespace Jobs.Tests.Engine.Fairness;

/// <summary>
/// Workers on a manual clock: they lease and settle on the real database by the real statements, and execute nothing;
/// a chunk ends when its time is over. What waits in the database ages with the clock.
/// </summary>
internal sealed class SimulatedWorkers : IAsyncDisposable
{
    private const string Age = """
        update jobs.chunks
        set since = since - $1, rank = rank - (extract(epoch from $1) * 1000000)::bigint, due_at = due_at - $1
        """;

    private readonly EngineHost host;
    private readonly TestDatabase database;
    private readonly Func<LeasedChunk, TimeSpan> duration;
    private readonly CancellationToken stop;
    private readonly List<(Guid Id, int Slots, TenantShares Shares)> workers = [];
    private readonly PriorityQueue<(LeasedChunk Chunk, int Worker), TimeSpan> running = new();
    private readonly Dictionary<int, TimeSpan> used = [];
    private readonly Task settling;

    public SimulatedWorkers(
        EngineHost host,
        TestDatabase database,
        Func<LeasedChunk, TimeSpan> duration,
        CancellationToken stop
    )
    {
        (this.host, this.database, this.duration, this.stop) = (host, database, duration, stop);
        settling = host.Get<Settler>().RunAsync(stop);
    }

    public ManualTime Clock { get; } = new();

    /// <summary>What was started, in its order, and when.</summary>
    public List<(LeasedChunk Chunk, TimeSpan At)> Started { get; } = [];

    /// <summary>Whether what waits in the database ages with the clock; head starts go by that.</summary>
    public bool Ages { get; init; }

    /// <summary>Time of slots that a tenant has used.</summary>
    public TimeSpan Used(int tenant) =>
        running
            .UnorderedItems.Where(r => r.Element.Chunk.TenantId == tenant)
            .Aggregate(
                used.GetValueOrDefault(tenant),
                (sum, r) => sum + Clock.Now - (r.Priority - duration(r.Element.Chunk))
            );

    public async Task AddAsync(int slots) =>
        workers.Add(
            (await host.Get<WorkerRegistry>().RegisterAsync(stop), slots, new TenantShares(Clock))
        );

    /// <summary>Fills the slots, and ends the chunk that ends next; false when there was nothing to do.</summary>
    public async Task<bool> StepAsync()
    {
        for (var worker = 0; worker < workers.Count; worker++)
        {
            await LeaseAsync(worker);
        }
        if (!running.TryDequeue(out var ended, out var at))
        {
            return false;
        }
        var passed = at - Clock.Now;
        if (passed > TimeSpan.Zero)
        {
            Clock.Advance(passed);
            if (Ages)
            {
                await database.ScalarAsync<int>(Age, stop, passed);
            }
        }
        workers[ended.Worker].Shares.Ended(ended.Chunk);
        used[ended.Chunk.TenantId] =
            used.GetValueOrDefault(ended.Chunk.TenantId) + duration(ended.Chunk);
        await SettleAsync(ended.Chunk);
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        host.Get<Settler>().Complete();
        await settling;
    }

    private async Task LeaseAsync(int worker)
    {
        var (id, slots, shares) = workers[worker];
        var free = slots - running.UnorderedItems.Count(r => r.Element.Worker == worker);
        if (free == 0)
        {
            return;
        }
        var request = new LeaseRequest(id, [(host.Draft().Kind, free)], free, shares.Current());
        var lease = await host.Get<ChunkLeaser>().LeaseAsync(request, stop);
        shares.Leased(lease.Chunks, lease.Waiting);
        foreach (var chunk in lease.Chunks)
        {
            shares.Began(chunk);
            Started.Add((chunk, Clock.Now));
            running.Enqueue((chunk, worker), Clock.Now + duration(chunk));
        }
    }

    private async Task SettleAsync(LeasedChunk chunk)
    {
        var ledger = new ChunkLedger(chunk, new EngineOptions());
        chunk.Items.ForEach(i => ledger.Record(i, Attempt.Ended(ItemOutcome.Success()), default));
        var settlement = ledger.Finish();
        await host.Get<Settler>().AddAsync(settlement, stop);
        if (!await settlement.Applied)
        {
            throw new InvalidOperationException("A lease was lost.");
        }
    }
}
