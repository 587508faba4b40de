using Jobs.Batches;
using Jobs.Engine;
using Jobs.Testing;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Chaos.Model;

/// <summary>
/// Batches and a model of them go the same random ways, step by step: leases, settlements, answers and workers that are
/// lost, steering, retries. After each step the two are the same, and every law holds.
/// </summary>
public sealed class ModelTests(ITestOutputHelper output) : ChaosTest(output)
{
    private const int Items = 24;
    private const int PerPage = 9;
    private const int Steps = 250;
    private const int MaxAttempts = 2;

    private readonly EngineOptions options = new() { MaxDeliveries = 1 };
    private readonly List<ModelLease> leases = [];
    private readonly List<ModelLease> lost = [];
    private readonly List<Guid> workers = [];
    private readonly Dictionary<string, int> done = new(StringComparer.Ordinal);
    private ModelHost host = null!;
    private Guid id;
    private ModelBatch model = null!;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Batches_do_what_their_model_does(int run)
    {
        var random = new Random(NewRandom().Next() + run);
        var idle = await StartIdleAsync(
            new EngineHostOptions { Kind = kind => kind.ItemsPerPage = PerPage }
        );
        host = new ModelHost(idle, Stop);
        host.Start();
        workers.Add(await host.Workers.RegisterAsync(Stop));
        workers.Add(await host.Workers.RegisterAsync(Stop));
        await SubmitAsync();
        var steps = new Queue<string>();
        try
        {
            for (var step = 0; step < Steps; step++)
            {
                var what = await StepAsync(random);
                steps.Enqueue($"{step}: {what}");
                done[what.Split(' ', ':')[0]] = done.GetValueOrDefault(what.Split(' ', ':')[0]) + 1;
                await host.ShouldBeAsync(id, model);
            }
        }
        catch
        {
            Say(string.Join('\n', steps.TakeLast(25)));
            throw;
        }
        await host.StopAsync();
        Say(string.Join(", ", done.OrderBy(d => d.Key, StringComparer.Ordinal)));
    }

    private async Task<string> StepAsync(Random random)
    {
        if (model.State.IsEnded() && random.Next(3) == 0)
        {
            await SubmitAsync();
            return "submit";
        }
        switch (random.Next(30))
        {
            case < 8:
                return await LeaseAsync(workers[random.Next(2)], random.Next(1, 4));
            case < 20 when leases.Count > 0:
                return await SettleAsync(leases[random.Next(leases.Count)], random);
            case 20:
                return await LoseAsync(random.Next(2), random);
            case 21 when leases.Count > 0:
                return await DisownAsync(leases[random.Next(leases.Count)]);
            case 22 when lost.Count > 0:
                return await SettleLateAsync(lost[random.Next(lost.Count)]);
            case 23:
                var pause = await host.Steering.PauseAsync(EngineHost.Tenant, id, Stop);
                pause.ShouldBe(model.Pause());
                return $"pause: {pause}";
            case 24:
                var resume = await host.Steering.ResumeAsync(EngineHost.Tenant, id, Stop);
                resume.ShouldBe(model.Resume());
                return $"resume: {resume}";
            case 25 when random.Next(2) == 0:
                var cancel = await host.Steering.CancelAsync(EngineHost.Tenant, id, Stop);
                cancel.ShouldBe(model.Cancel());
                return $"cancel: {cancel}";
            case 26 or 27:
                var status = random.Next(2) == 0 ? ItemState.Failed : ItemState.Cancelled;
                var retry = await host.Retry.RetryAsync(EngineHost.Tenant, id, new(status), Stop);
                retry.ShouldBe(model.Retry(status));
                return $"retry {status}: {retry}";
            default:
                return await PassTimeAsync();
        }
    }

    private async Task SubmitAsync()
    {
        leases.Clear();
        lost.Clear();
        id = await host.SubmitAsync(Items, MaxAttempts);
        model = new ModelBatch(Items, PerPage);
    }

    private async Task<string> LeaseAsync(Guid worker, int count)
    {
        var ready = model.Chunks.Count(c => c.State == "ready");
        var cancelling = model.State == BatchState.Cancelling;
        var leased = await host.LeaseAsync(worker, count);

        leased.Count.ShouldBe(Math.Min(count, ready));
        foreach (var chunk in leased)
        {
            chunk.Cancelling.ShouldBe(cancelling);
            var items = ModelHost.IndexesOf(chunk.Items, chunk.First);
            var expected = model.Chunks.Single(c => c.Items.SequenceEqual(items));
            expected.State.ShouldBe("ready");
            model.Lease(expected);
            leases.Add(new ModelLease(chunk, expected, worker, options));
        }
        return $"lease {leased.Count} of {ready}";
    }

    private async Task<string> SettleAsync(ModelLease lease, Random random)
    {
        if (lease.Chunk.SuspicionAt(options.MaxDeliveries) is Suspicion.Shared or Suspicion.Proven)
        {
            return await IsolateAsync(lease);
        }
        // A worker may hear of the cancellation, or not before it is done.
        if (model.State == BatchState.Cancelling && random.Next(2) == 0)
        {
            lease.Ledger.Cancel();
        }
        foreach (var item in lease.Unrecorded.Where(_ => random.Next(2) == 0).ToList())
        {
            lease.Record(item, ModelLease.Draw(random));
        }
        return random.Next(2) == 0 ? await ProgressAsync(lease) : await FinishAsync(lease, random);
    }

    private async Task<string> ProgressAsync(ModelLease lease)
    {
        var outcomes = lease.Outcomes;
        if (lease.Ledger.TakeProgress() is not { } settlement)
        {
            (outcomes.Count == 0 || outcomes.Count == lease.Model.Items.Length).ShouldBeTrue();
            return "no progress";
        }
        (await host.SettleAsync(settlement)).ShouldBeTrue();
        model.Settle(lease.Model, outcomes);
        await host.ShouldBeAsync(id, model);
        // The answer was lost: its writer still holds the chunk.
        (await host.SettleAgainAsync(settlement)).ShouldBeTrue();
        return $"progress {outcomes.Count} of {lease.Model.Line}";
    }

    private async Task<string> FinishAsync(ModelLease lease, Random random)
    {
        var outcomes = lease.Outcomes;
        var retries = lease.Retries;
        var settlement = lease.Ledger.Finish();
        leases.Remove(lease);
        (await host.SettleAsync(settlement)).ShouldBeTrue();
        if (lease.Ledger.IsCancelled)
        {
            foreach (var item in lease.Model.Items.Except(outcomes.Keys))
            {
                outcomes[item] = ItemState.Cancelled;
            }
        }
        model.Settle(lease.Model, outcomes);
        foreach (var group in lease.Ledger.IsCancelled ? [] : retries.ToList())
        {
            var later = group.Key > TimeSpan.Zero;
            model.Split(lease.Model, [.. group], lease.Chunk.Attempt + 1, later);
        }
        model.End(lease.Model);
        if (random.Next(2) == 0)
        {
            await host.ShouldBeAsync(id, model);
            await host.SettleAgainAsync(settlement);
        }
        return $"finish {outcomes.Count}, left {lease.Model.Line}";
    }

    private async Task<string> IsolateAsync(ModelLease lease)
    {
        leases.Remove(lease);
        (await host.SettleAsync(lease.Ledger.Isolate())).ShouldBeTrue();
        var items = lease.Model.Items;
        var outcomes = new Dictionary<int, ItemState>();
        if (items.Length == 1)
        {
            outcomes[items[0]] = ItemState.Failed;
        }
        model.Settle(lease.Model, outcomes);
        foreach (
            var half in items.Length == 1
                ? []
                : (int[][])[items[..(items.Length / 2)], items[(items.Length / 2)..]]
        )
        {
            model.Split(lease.Model, half, lease.Chunk.Attempt, later: false);
        }
        model.End(lease.Model);
        return $"isolate {string.Join(',', items)}";
    }

    private async Task<string> LoseAsync(int worker, Random random)
    {
        var gone = leases.FindAll(l => l.Worker == workers[worker]);
        var known = random.Next(2) == 0;
        var chunks = await host.LoseAsync(workers[worker], known);
        chunks.ShouldBe(gone.Count);
        gone.ForEach(GoneFrom);
        workers[worker] = await host.Workers.RegisterAsync(Stop);
        return $"lose a worker with {chunks}";
    }

    private async Task<string> DisownAsync(ModelLease lease)
    {
        var held = new HeldChunk(lease.Chunk.Key, lease.Chunk.Token, Cancelling: false);
        await host.Workers.DisownAsync(lease.Worker, [held], Stop);
        GoneFrom(lease);
        return $"disown {lease.Model.Line}";
    }

    private void GoneFrom(ModelLease lease)
    {
        leases.Remove(lease);
        lost.Add(lease);
        model.Lose(lease.Model);
    }

    // Nothing of a lease that was lost is written, whatever its worker believes.
    private async Task<string> SettleLateAsync(ModelLease lease)
    {
        lost.Remove(lease);
        (await host.SettleAsync(lease.Ledger.Finish())).ShouldBeFalse();
        return "settle late";
    }

    private async Task<string> PassTimeAsync()
    {
        await host.PassTimeAsync();
        model.PassTime();
        return "time passes";
    }
}
