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
    public async Task<Beat?> HeartbeatAsync(
        Guid worker,
        bool stopping,
        CancellationToken cancellationToken
    )
    {
        await using var command = Command(
            WorkerStatements.Heartbeat,
            worker,
            options.Value.LeaseTime,
            stopping ? "stopping" : "active",
            WorkerIdentity.Current.Place
        );
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        Beat? beat = null;
        while (await reader.ReadAsync(cancellationToken))
        {
            beat ??= new([], reader.GetBoolean(4), Neighbours(reader));
            if (!reader.IsDBNull(0))
            {
                beat.Held.Add(
                    new HeldChunk(
                        new ChunkKey(reader.GetGuid(0), reader.GetInt64(1)),
                        reader.GetInt32(2),
                        reader.GetBoolean(3)
                    )
                );
            }
        }
        return beat;
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
    /// <param name="neighbours">Of which those are dead whose processes have ended.</param>
    /// <param name="expired">
    /// Whether a lease that has run out proves a death: not just after the database came back, when nobody could renew.
    /// </param>
    public async Task<(int Chunks, int Workers)> RescueAsync(
        IReadOnlyList<Neighbour> neighbours,
        bool expired,
        CancellationToken cancellationToken
    )
    {
        var self = WorkerIdentity.Current;
        var ended = neighbours
            .Where(n => self.KnowsEndOf(self.Place, n.ProcessId, n.ProcessStarted))
            .Select(n => n.Id)
            .ToArray();
        await using var command = Command(WorkerStatements.Rescue, ended, expired);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetInt32(0), reader.GetInt32(1));
    }

    public async Task LeaveAsync(Guid worker, CancellationToken cancellationToken)
    {
        await using var command = Command(WorkerStatements.Leave, worker);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static List<Neighbour> Neighbours(NpgsqlDataReader row)
    {
        if (row.IsDBNull(5))
        {
            return [];
        }
        var ids = row.GetFieldValue<Guid[]>(5);
        var processIds = row.GetFieldValue<int[]>(6);
        var started = row.GetFieldValue<long[]>(7);
        return [.. ids.Select((id, i) => new Neighbour(id, processIds[i], started[i]))];
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

/// <summary>What a worker learns when its heart beats.</summary>
/// <param name="Held">The chunks that the database counts as its own.</param>
/// <param name="TenantLimits">Whether a tenant has a limit on what runs at once.</param>
/// <param name="Neighbours">The other workers of the same place.</param>
internal sealed record Beat(
    List<HeldChunk> Held,
    bool TenantLimits,
    IReadOnlyList<Neighbour> Neighbours
);

/// <summary>A worker whose process this one can look for.</summary>
internal readonly record struct Neighbour(Guid Id, int ProcessId, long ProcessStarted);
