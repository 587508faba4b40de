using Jobs.Batches;
using Jobs.Engine;
using Jobs.Testing;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Engine.Fairness;

/// <summary>Within one tenant: who goes first, and how long anybody waits.</summary>
public sealed class TurnTests : EngineTest
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task High_goes_before_normal_before_low_in_whatever_order_they_came()
    {
        var host = await StartIdleAsync(Pages(1));
        var order = new Random(7);
        var batches = Enumerable.Range(0, 30).Select(n => (Priority)(n % 3)).ToArray();
        order.Shuffle(batches);
        foreach (var priority in batches)
        {
            await host.SubmitAsync(2, Stop, host.Draft() with { Priority = priority });
        }
        await using var workers = Workers(host, _ => TimeSpan.FromMilliseconds(10));
        await workers.AddAsync(2);

        while (await workers.StepAsync()) { }

        var priorities = await PrioritiesAsync();
        workers
            .Started.Select(s => priorities[s.Chunk.Key.BatchId])
            .ShouldBe([.. Enumerable.Range(0, 3).SelectMany(p => Enumerable.Repeat((short)p, 20))]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(60)]
    [InlineData(20_000)]
    public async Task One_item_behind_a_hundred_thousand_starts_within_two_chunk_times(int chunkMs)
    {
        var host = await StartIdleAsync();
        await host.SubmitAsync(100_000, Stop);
        await using var workers = Workers(host, _ => TimeSpan.FromMilliseconds(chunkMs));
        await workers.AddAsync(1);
        for (var n = 0; n < 50; n++)
        {
            await workers.StepAsync();
        }

        var small = await host.SubmitAsync(1, Stop);
        var before = workers.Started.Count;
        await workers.StepAsync();
        await workers.StepAsync();

        workers
            .Started.Skip(before)
            .Take(2)
            .Select(s => s.Chunk.Key.BatchId)
            .ShouldContain(small.Id);
    }

    [Theory]
    [InlineData(Priority.Normal, 1)]
    [InlineData(Priority.Low, 10)]
    public async Task A_batch_under_an_endless_stream_of_high_ones_starts_within_their_head_start(
        Priority priority,
        int headStart
    )
    {
        var host = await StartIdleAsync(Pages(1));
        await using var workers = Workers(host, _ => TimeSpan.FromSeconds(10), ages: true);
        await workers.AddAsync(1);
        var high = host.Draft() with { Priority = Priority.High };
        // What is waiting grows all the time: the worker does not keep up.
        await host.SubmitAsync(20, Stop, high);
        for (var n = 0; n < 10; n++)
        {
            await host.SubmitAsync(2, Stop, high);
            await workers.StepAsync();
        }

        var submitted = workers.Clock.Now;
        var batch = await host.SubmitAsync(2, Stop, host.Draft() with { Priority = priority });
        while (workers.Started.All(s => s.Chunk.Key.BatchId != batch.Id))
        {
            await host.SubmitAsync(2, Stop, high);
            await workers.StepAsync();
        }

        var waited = workers.Started.Single(s => s.Chunk.Key.BatchId == batch.Id).At - submitted;
        waited.ShouldBeGreaterThanOrEqualTo(headStart * Minute);
        // Every fourth turn is for what has waited that long.
        waited.ShouldBeLessThanOrEqualTo(headStart * Minute + TimeSpan.FromSeconds(4 * 10));
    }

    [Fact]
    public async Task What_has_waited_longer_than_its_head_start_gets_a_share_and_not_everything()
    {
        var host = await StartIdleAsync(Pages(1));
        await using var workers = Workers(host, _ => TimeSpan.FromSeconds(1));
        await workers.AddAsync(1);
        var low = await host.SubmitAsync(500, Stop, host.Draft() with { Priority = Priority.Low });
        await Database.ScalarAsync<int>(
            "update jobs.chunks set since = since - interval '1 hour'",
            Stop
        );
        await host.SubmitAsync(500, Stop, host.Draft() with { Priority = Priority.High });

        for (var n = 0; n < 200; n++)
        {
            await workers.StepAsync();
        }

        workers.Started.Count(s => s.Chunk.Key.BatchId == low.Id).ShouldBeInRange(45, 55);
    }

    [Theory]
    [InlineData(1, 5)]
    [InlineData(3, 300)]
    public async Task Batches_of_one_priority_take_turns_whatever_their_size_and_age(
        int slots,
        int chunkMs
    )
    {
        var host = await StartIdleAsync(Pages(1));
        await using var workers = Workers(host, _ => TimeSpan.FromMilliseconds(chunkMs));
        await workers.AddAsync(slots);
        var old = await host.SubmitAsync(1000, Stop);
        for (var n = 0; n < 100; n++)
        {
            await workers.StepAsync();
        }
        var others = new[] { await host.SubmitAsync(200, Stop), await host.SubmitAsync(90, Stop) };
        var before = workers.Started.Count;

        for (var n = 0; n < 240; n++)
        {
            await workers.StepAsync();
        }

        var shares = workers.Started.Skip(before).CountBy(s => s.Chunk.Key.BatchId).ToDictionary();
        foreach (var id in (Guid[])[old.Id, .. others.Select(b => b.Id)])
        {
            shares[id].ShouldBeInRange(72, 88, $"{slots} slots");
        }
    }

    [Theory]
    [InlineData("pause")]
    [InlineData("retry")]
    [InlineData("not before")]
    public async Task A_batch_that_comes_back_takes_turns_with_those_that_are_there(string way)
    {
        var host = await StartIdleAsync(Pages(1));
        await using var workers = Workers(host, _ => TimeSpan.FromMilliseconds(20));
        await workers.AddAsync(1);
        var back = await host.SubmitAsync(
            200,
            Stop,
            host.Draft() with
            {
                NotBefore = way == "not before" ? TimeProvider.System.GetUtcNow().AddDays(1) : null,
            }
        );
        var steering = host.Get<BatchSteering>();
        if (way == "pause")
        {
            await steering.PauseAsync(EngineHost.Tenant, back.Id, Stop);
        }
        else if (way == "retry")
        {
            await steering.CancelAsync(EngineHost.Tenant, back.Id, Stop);
        }
        var other = await host.SubmitAsync(400, Stop);
        for (var n = 0; n < 100; n++)
        {
            await workers.StepAsync();
        }
        switch (way)
        {
            case "pause":
                await steering.ResumeAsync(EngineHost.Tenant, back.Id, Stop);
                break;
            case "retry":
                await host.Get<BatchRetry>()
                    .RetryAsync(EngineHost.Tenant, back.Id, new(ItemState.Cancelled, null), Stop);
                break;
            default:
                await Database.ScalarAsync<int>(
                    "update jobs.chunks set due_at = now() where state = 'scheduled'",
                    Stop
                );
                await Database.ScalarAsync<int>(
                    LeaseStatements.Promote,
                    Stop,
                    TimeSpan.FromMinutes(10).Ticks / TimeSpan.TicksPerMicrosecond
                );
                break;
        }
        var before = workers.Started.Count;

        for (var n = 0; n < 100; n++)
        {
            await workers.StepAsync();
        }

        var shares = workers.Started.Skip(before).CountBy(s => s.Chunk.Key.BatchId).ToDictionary();
        shares[back.Id].ShouldBeInRange(45, 55);
        shares[other.Id].ShouldBeInRange(45, 55);
    }

    private static EngineHostOptions Pages(int items) =>
        new() { Kind = kind => kind.ItemsPerPage = items };

    private SimulatedWorkers Workers(
        EngineHost host,
        Func<LeasedChunk, TimeSpan> duration,
        bool ages = false
    ) => new(host, Database, duration, Stop) { Ages = ages };

    private async Task<Dictionary<Guid, short>> PrioritiesAsync()
    {
        var result = new Dictionary<Guid, short>();
        await using var command = Database.DataSource.Requests.CreateCommand(
            "select id, priority from jobs.batches"
        );
        await using var row = await command.ExecuteReaderAsync(Stop);
        while (await row.ReadAsync(Stop))
        {
            result[row.GetGuid(0)] = row.GetInt16(1);
        }
        return result;
    }
}
