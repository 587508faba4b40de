using Jobs.Batches;
using Jobs.Database;
using Jobs.Engine;
using Jobs.Testing;
using Jobs.Testing.Chaos;
using Npgsql;
using Shouldly;

namespace Jobs.Tests.Chaos.Model;

/// <summary>The real side of a model: what the engine does with a batch, and how it stands in the database.</summary>
internal sealed class ModelHost(EngineHost host, CancellationToken stop)
{
    private const string ChunksOf = """
        select c.state, c.attempt, c.attempts_before, c.deaths, p.first, p.count, c.items
        from jobs.chunks c join jobs.item_pages p on p.batch_id = c.batch_id and p.page = c.page
        where c.batch_id = $1
        """;

    private const string Pass = """
        update jobs.chunks set due_at = now() - interval '1 second' where due_at is not null
        """;

    private const string Expire = """
        update jobs.workers set lease_until = now() - interval '1 second' where id = $1
        """;

    private const string Delete = "delete from jobs.workers where id = $1";

    private readonly Settler settler = host.Get<Settler>();
    private readonly BatchLaws laws = new(host.Get<JobsDataSource>().Requests);
    private Task settling = Task.CompletedTask;

    public BatchSteering Steering { get; } = host.Get<BatchSteering>();

    public BatchRetry Retry { get; } = host.Get<BatchRetry>();

    public WorkerRegistry Workers { get; } = host.Get<WorkerRegistry>();

    public void Start() => settling = settler.RunAsync(stop);

    public Task StopAsync()
    {
        settler.Complete();
        return settling;
    }

    public async Task<Guid> SubmitAsync(int items, int maxAttempts) =>
        (await host.SubmitAsync(items, stop, host.Draft() with { MaxAttempts = maxAttempts })).Id;

    public async Task<List<LeasedChunk>> LeaseAsync(Guid worker, int count)
    {
        var standing = new TenantShares(TimeProvider.System).Current();
        var request = new LeaseRequest(worker, [(host.Draft().Kind, count)], count, standing);
        return (await host.Get<ChunkLeaser>().LeaseAsync(request, stop)).Chunks;
    }

    /// <summary>Settles; says whether it was applied.</summary>
    public async Task<bool> SettleAsync(Settlement settlement)
    {
        await settler.AddAsync(settlement, stop);
        return await settlement.Applied.WaitAsync(EngineHost.Patience, TimeProvider.System, stop);
    }

    /// <summary>The same statement once more, as when its answer was lost.</summary>
    public Task<bool> SettleAgainAsync(Settlement settlement) =>
        SettleAsync(
            new Settlement(settlement.Chunk, settlement.Held)
            {
                Outcomes = settlement.Outcomes,
                Left = settlement.Left,
                HandBack = settlement.HandBack,
                Retries = settlement.Retries,
            }
        );

    /// <summary>A worker dies, another finds it; returns how many chunks that one frees.</summary>
    /// <param name="known">Whether its row is there still, past its time.</param>
    public async Task<int> LoseAsync(Guid worker, bool known)
    {
        await ExecuteAsync(known ? Expire : Delete, worker);
        return (await Workers.RescueAsync([], expired: true, stop)).Chunks;
    }

    /// <summary>Every time that lies ahead comes.</summary>
    public async Task PassTimeAsync()
    {
        await ExecuteAsync(Pass);
        await ExecuteAsync(LeaseStatements.Promote, 1_000_000L);
    }

    /// <summary>The batch is what its model is, and every law holds.</summary>
    public async Task ShouldBeAsync(Guid id, ModelBatch model)
    {
        var status = await host.ReadAsync(id, stop);
        status.State.ShouldBe(model.State);
        status.Counts.ShouldBe(model.Counts);
        (await ChunksAsync(id)).ShouldBe(model.Chunks.Select(c => c.Line), ignoreOrder: true);
        (await host.ItemsAsync(id, stop)).Select(i => i.State).ShouldBe(model.Items);
        (await laws.BrokenAsync(id, stop)).ShouldBeNull();
    }

    public static List<int> IndexesOf(ItemSet items, int first)
    {
        var indexes = new List<int>();
        items.ForEach(position => indexes.Add(first + position));
        return indexes;
    }

    private async Task<List<string>> ChunksAsync(Guid id)
    {
        await using var command = Command(ChunksOf, id);
        await using var row = await command.ExecuteReaderAsync(stop);
        var chunks = new List<string>();
        while (await row.ReadAsync(stop))
        {
            var items = ItemSet.FromColumn(
                row.IsDBNull(6) ? null : row.GetFieldValue<byte[]>(6),
                row.GetInt16(5)
            );
            chunks.Add(
                ModelChunk.Write(
                    IndexesOf(items, row.GetInt32(4)),
                    row.GetString(0),
                    row.GetInt16(1),
                    row.GetInt16(2),
                    row.GetInt16(3)
                )
            );
        }
        return chunks;
    }

    private async Task ExecuteAsync(string sql, params object[] values)
    {
        await using var command = Command(sql, values);
        await command.ExecuteNonQueryAsync(stop);
    }

    private NpgsqlCommand Command(string sql, params object[] values)
    {
        var command = host.Get<JobsDataSource>().Requests.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }
        return command;
    }
}
