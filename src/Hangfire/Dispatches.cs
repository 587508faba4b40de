using Jobs.Batches;
using Jobs.Database;
using Jobs.Engine;
using Jobs.Kinds;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Jobs.HangfireEngine;

/// <summary>Which chunks are with Hangfire. Thread-safe; any number of processes may dispatch.</summary>
internal sealed class Dispatches(
    JobsDataSource database,
    KindRegistry kinds,
    IOptions<HangfireOptions> options,
    IOptions<EngineOptions> engine
)
{
    /// <summary>Most that are chosen at once: their jobs are made one after the other.</summary>
    public const int AtOnce = 64;

    private readonly IReadOnlyList<Kind> known = engine.Value.ServedKinds(kinds);

    public Task<List<Dispatch>> ChooseReadyAsync(CancellationToken cancellationToken) =>
        ChooseAsync(
            DispatchStatements.ChooseReady,
            cancellationToken,
            known.Select(k => k.Name).ToArray(),
            known.Select(k => k.MaxRunning).ToArray(),
            known.Select(k => k.MaxRunningPerWorker).ToArray(),
            options.Value.Ahead,
            AtOnce,
            engine.Value.LeaseTime
        );

    public Task<List<Dispatch>> ChooseScheduledAsync(CancellationToken cancellationToken) =>
        ChooseAsync(
            DispatchStatements.ChooseScheduled,
            cancellationToken,
            known.Select(k => k.Name).ToArray(),
            options.Value.Ahead,
            AtOnce,
            engine.Value.LeaseTime
        );

    public async Task EnterJobsAsync(
        IReadOnlyCollection<(Dispatch Dispatch, long JobId)> made,
        CancellationToken cancellationToken
    )
    {
        await using var command = Command(
            DispatchStatements.EnterJobs,
            made.Select(m => m.Dispatch.Chunk.BatchId).ToArray(),
            made.Select(m => m.Dispatch.Chunk.Id).ToArray(),
            made.Select(m => m.JobId).ToArray()
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>A chunk that this process cannot run waits before another job is made for it.</summary>
    public async Task PostponeAsync(ChunkKey chunk, CancellationToken cancellationToken)
    {
        await using var command = Command(
            DispatchStatements.Postpone,
            chunk.BatchId,
            chunk.Id,
            engine.Value.PollInterval
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Forgets lost jobs; returns how many chunks are to be dispatched again.</summary>
    public async Task<int> ForgetAsync(CancellationToken cancellationToken)
    {
        await using var command = Command(DispatchStatements.Forget);
        return (int)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private async Task<List<Dispatch>> ChooseAsync(
        string statement,
        CancellationToken cancellationToken,
        params object[] values
    )
    {
        // Sent together, the commands of a batch are one transaction.
        await using var batch = database.Engine.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(DispatchStatements.Exclude));
        var choose = new NpgsqlBatchCommand(statement);
        foreach (var value in values)
        {
            choose.Parameters.Add(new() { Value = value });
        }
        batch.BatchCommands.Add(choose);
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        await row.NextResultAsync(cancellationToken);
        var chosen = new List<Dispatch>();
        while (await row.ReadAsync(cancellationToken))
        {
            chosen.Add(
                new Dispatch(
                    new ChunkKey(row.GetGuid(0), row.GetInt64(1)),
                    row.GetString(2),
                    (Priority)row.GetInt16(3),
                    row.GetInt32(4),
                    row.GetInt16(5),
                    row.GetInt16(6),
                    row.IsDBNull(7) ? null : TimeSpan.FromSeconds(Math.Max(0, row.GetDouble(7)))
                )
            );
        }
        return chosen;
    }

    private NpgsqlCommand Command(string sql, params ReadOnlySpan<object> values)
    {
        var command = database.Engine.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }
        return command;
    }
}

/// <summary>A chunk that is to have a job.</summary>
/// <param name="Delay">In how long it is due; null for now.</param>
internal sealed record Dispatch(
    ChunkKey Chunk,
    string Kind,
    Priority Priority,
    int Page,
    int Items,
    int Attempt,
    TimeSpan? Delay
);
