using Jobs.Database;
using Jobs.Kinds;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Jobs.Engine;

/// <summary>The rows of the workers. Thread-safe.</summary>
internal sealed class WorkerRegistry(
    JobsDataSource database,
    KindRegistry kinds,
    IOptions<EngineOptions> options,
    TimeProvider time
)
{
    /// <summary>Enters this process as a new worker; returns its id.</summary>
    public async Task<Guid> RegisterAsync(CancellationToken cancellationToken)
    {
        var id = Guid.CreateVersion7(time.GetUtcNow());
        var self = WorkerIdentity.Current;
        await using var command = Command(
            WorkerStatements.Register,
            id,
            self.Host,
            self.ProcessId,
            self.Place,
            self.ProcessStarted,
            self.Version,
            options.Value.Slots,
            options.Value.ServedKinds(kinds).Select(k => k.Name).ToArray(),
            options.Value.LeaseTime,
            options.Value.ServedPriorities.Select(p => (short)p).ToArray()
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
        return id;
    }

    /// <summary>Renews all leases of a worker at once; null when it was taken for dead.</summary>
    public async Task<(List<HeldChunk> Held, bool TenantLimits)?> HeartbeatAsync(
        Guid worker,
        bool stopping,
        CancellationToken cancellationToken
    )
    {
        await using var command = Command(
            WorkerStatements.Heartbeat,
            worker,
            options.Value.LeaseTime,
            stopping ? "stopping" : "active"
        );
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        List<HeldChunk>? held = null;
        var limits = false;
        while (await reader.ReadAsync(cancellationToken))
        {
            held ??= [];
            limits = reader.GetBoolean(4);
            if (!reader.IsDBNull(0))
            {
                held.Add(
                    new HeldChunk(
                        new ChunkKey(reader.GetGuid(0), reader.GetInt64(1)),
                        reader.GetInt32(2),
                        reader.GetBoolean(3)
                    )
                );
            }
        }
        return held is null ? null : (held, limits);
    }

    /// <summary>Gives chunks back that this worker holds without knowing it.</summary>
    public async Task DisownAsync(
        Guid worker,
        IReadOnlyCollection<HeldChunk> chunks,
        CancellationToken cancellationToken
    )
    {
        await using var command = Command(
            WorkerStatements.Disown,
            worker,
            chunks.Select(c => c.Key.BatchId).ToArray(),
            chunks.Select(c => c.Key.Id).ToArray(),
            chunks.Select(c => c.Token).ToArray()
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Whether one of the chunks that this worker handed back waits still.</summary>
    public async Task<bool> WaitsAnyAsync(
        IReadOnlyCollection<LeasedChunk> chunks,
        CancellationToken cancellationToken
    )
    {
        await using var command = Command(
            WorkerStatements.WaitsAny,
            chunks.Select(c => c.Key.BatchId).ToArray(),
            chunks.Select(c => c.Key.Id).ToArray(),
            chunks.Select(c => c.Token).ToArray()
        );
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    /// <summary>Frees the chunks of dead workers.</summary>
    /// <param name="expired">
    /// Whether a lease that has run out proves a death: not just after the database came back, when nobody could renew.
    /// </param>
    public async Task<(int Chunks, int Workers)> RescueAsync(
        Guid worker,
        bool expired,
        CancellationToken cancellationToken
    )
    {
        var ended = await FindEndedAsync(worker, cancellationToken);
        await using var command = Command(WorkerStatements.Rescue, ended.ToArray(), expired);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetInt32(0), reader.GetInt32(1));
    }

    public async Task LeaveAsync(Guid worker, CancellationToken cancellationToken)
    {
        await using var command = Command(WorkerStatements.Leave, worker);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<List<Guid>> FindEndedAsync(Guid worker, CancellationToken cancellationToken)
    {
        var self = WorkerIdentity.Current;
        await using var command = Command(WorkerStatements.Neighbours, self.Place, worker);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var ended = new List<Guid>();
        while (await reader.ReadAsync(cancellationToken))
        {
            if (self.KnowsEndOf(self.Place, reader.GetInt32(1), reader.GetInt64(2)))
            {
                ended.Add(reader.GetGuid(0));
            }
        }
        return ended;
    }

    private NpgsqlCommand Command(string sql, params ReadOnlySpan<object> values)
    {
        var command = database.Engine.CreateCommand(sql);
        // An answer that takes a third of the lease is as good as none: ask again while there is time.
        command.CommandTimeout = Math.Max(1, (int)options.Value.HeartbeatInterval.TotalSeconds);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }
        return command;
    }
}

/// <summary>A chunk that the database counts as a worker's.</summary>
internal readonly record struct HeldChunk(ChunkKey Key, int Token, bool Cancelling);
