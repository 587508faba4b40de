using System.Buffers.Binary;
using System.Threading.Channels;
using Jobs.Batches;
using Jobs.Database;
using Jobs.Monitoring.Samples;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;

namespace Jobs.Engine;

/// <summary>
/// Writes the settlements of one worker: all that wait, in one statement and one round trip. While the database is
/// away it keeps them and tries again. Settlements of one chunk are written in the order in which they were added.
/// </summary>
internal sealed class Settler(
    JobsDataSource database,
    IOptions<EngineOptions> engine,
    IOptions<BatchOptions> batches,
    Notices notices,
    WorkSignal signal,
    EngineSamples samples,
    EngineMeter meter,
    TimeProvider time,
    ILogger<Settler> log
)
{
    private const int MostAtOnce = 64;
    private const int MostBytesAtOnce = 8 * 1024 * 1024;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly Channel<Settlement> queue = Channel.CreateBounded<Settlement>(
        new BoundedChannelOptions(Math.Max(MostAtOnce * 2, engine.Value.Slots * 2))
        {
            SingleReader = true,
        }
    );

    /// <summary>Adds a settlement; waits while the database is slower than the work.</summary>
    public ValueTask AddAsync(Settlement settlement, CancellationToken cancellationToken) =>
        queue.Writer.WriteAsync(settlement, cancellationToken);

    /// <summary>No more will be added: <see cref="RunAsync"/> ends when all are written.</summary>
    public void Complete() => queue.Writer.TryComplete();

    /// <summary>Writes until <see cref="Complete"/>, or until it is told to give up.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var group = new List<Settlement>(MostAtOnce);
        var chunks = new HashSet<ChunkKey>(MostAtOnce);
        while (await queue.Reader.WaitToReadAsync(cancellationToken))
        {
            var bytes = 0;
            // A statement sees a chunk as it was before it: a second settlement of the same chunk waits for the next.
            while (
                group.Count < MostAtOnce
                && bytes < MostBytesAtOnce
                && queue.Reader.TryPeek(out var next)
                && chunks.Add(next.Chunk.Key)
                && queue.Reader.TryRead(out var settlement)
            )
            {
                group.Add(settlement);
                bytes += settlement.Outcomes?.Length ?? 0;
            }
            await SettleAsync(group, cancellationToken);
            group.Clear();
            chunks.Clear();
        }
    }

    private async Task SettleAsync(
        IReadOnlyList<Settlement> group,
        CancellationToken cancellationToken
    )
    {
        while (true)
        {
            try
            {
                await WriteAsync(group, cancellationToken);
                return;
            }
            catch (Exception e) when (!e.IsPassing() && e is not OperationCanceledException)
            {
                await DivideAsync(group, e, cancellationToken);
                return;
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                log.SettleDelayed(group.Count, e);
                await Task.Delay(Pause, time, cancellationToken);
            }
        }
    }

    // One settlement that PostgreSQL refuses must not hold up the others.
    private async Task DivideAsync(
        IReadOnlyList<Settlement> group,
        Exception e,
        CancellationToken cancellationToken
    )
    {
        if (group.Count == 1)
        {
            // The chunk stays leased until reconciliation hands it back as if its worker had died over it.
            log.SettleRefused(group[0].Chunk.Key.BatchId, group[0].Chunk.Key.Id, e);
            group[0].SetApplied(false);
            return;
        }
        foreach (var settlement in group)
        {
            await SettleAsync([settlement], cancellationToken);
        }
    }

    private async Task WriteAsync(
        IReadOnlyList<Settlement> group,
        CancellationToken cancellationToken
    )
    {
        var began = time.GetTimestamp();
        // Sent together, the commands of a batch are one transaction.
        await using var batch = database.Engine.CreateBatch();
        var settle = new NpgsqlBatchCommand(SettleStatement.Settle);
        AddParameters(settle.Parameters, group);
        batch.BatchCommands.Add(settle);
        var limited = group.Where(s => s.Chunk.HasLimit).Select(s => s.Chunk.Key.BatchId);
        if (limited.Distinct().ToArray() is { Length: > 0 } ids)
        {
            batch.BatchCommands.Add(
                new NpgsqlBatchCommand(SettleStatement.Admit)
                {
                    Parameters = { new() { Value = ids } },
                }
            );
        }
        var delayed = false;
        var ready = batch.BatchCommands.Count > 1;
        await using (var reader = await batch.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                var settlement = group[reader.GetInt32(0) - 1];
                var applied = reader.GetBoolean(1);
                if (applied && reader.GetBoolean(2))
                {
                    notices.SendChange(settlement.Chunk.Key.BatchId);
                }
                if (!applied)
                {
                    log.LeaseLost(settlement.Chunk.Key.BatchId, settlement.Chunk.Key.Id);
                }
                delayed |= applied && reader.GetBoolean(3);
                delayed |= applied && settlement.Retries.Any(r => r.Delay > TimeSpan.Zero);
                ready |=
                    applied
                    && (
                        settlement.HandBack
                        || settlement.Chunk.IsCounted && settlement.IsFinal
                        || settlement.Retries.Any(r => r.Delay <= TimeSpan.Zero)
                    );
                meter.Settled(settlement, applied);
                if (applied && reader.GetBoolean(2))
                {
                    meter.BatchEnded(settlement.Chunk.Kind, AgeOf(settlement.Chunk.Key.BatchId));
                }
                if (applied && settlement.Outcomes is { Count: > 0 } outcomes)
                {
                    samples.Settled(
                        settlement.Chunk.TenantId,
                        settlement.Chunk.Kind,
                        outcomes.Succeeded,
                        outcomes.Failed,
                        outcomes.Cancelled
                    );
                }
                settlement.SetApplied(applied);
            }
        }
        meter.SettledGroup(time.GetElapsedTime(began));
        if (delayed)
        {
            signal.Wake(scheduled: true);
        }
        if (ready)
        {
            signal.Announce(scheduled: false);
        }
    }

    // The id of a batch begins with the milliseconds of its submission (UUIDv7, RFC 9562).
    private TimeSpan AgeOf(Guid batchId)
    {
        Span<byte> id = stackalloc byte[16];
        batchId.TryWriteBytes(id, bigEndian: true, out _);
        var submitted = BinaryPrimitives.ReadInt64BigEndian(id) >> 16;
        return time.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(submitted);
    }

    private void AddParameters(
        NpgsqlParameterCollection parameters,
        IReadOnlyList<Settlement> group
    )
    {
        void Add<T>(Func<Settlement, T> value, NpgsqlDbType? type = null) =>
            parameters.Add(ArrayOf(group.Select(value), type));

        Add(s => s.Chunk.Key.BatchId);
        Add(s => s.Chunk.Key.Id);
        Add(s => s.Chunk.Token);
        Add(s => s.Chunk.Page);
        Add(s => (short)s.Chunk.Attempt);
        Add(s => (short)s.Held);
        Add(s => (short)(s.Outcomes?.Succeeded ?? 0));
        Add(s => (short)(s.Outcomes?.Failed ?? 0));
        Add(s => (short)(s.Outcomes?.Cancelled ?? 0));
        Add(
            s => s.Outcomes is { Count: > 0 } o ? o.Lines : (ReadOnlyMemory<byte>?)null,
            NpgsqlDbType.Text
        );
        Add(s => s.Outcomes?.ErrorCodes, NpgsqlDbType.Text);
        Add(s => s.Left?.ToColumn(), NpgsqlDbType.Bytea);
        Add(s => (short)(s.Left?.Count ?? 0));
        Add(s => s.HandBack);

        var retries = group
            .SelectMany((s, i) => s.Retries.Select(r => (Ordinal: i + 1L, Retry: r)))
            .ToList();
        parameters.Add(ArrayOf(retries.Select(r => r.Ordinal)));
        parameters.Add(ArrayOf(retries.Select(r => (short)r.Retry.Attempt)));
        parameters.Add(ArrayOf(retries.Select(r => (long)r.Retry.Delay.TotalMilliseconds)));
        parameters.Add(ArrayOf(retries.Select(r => r.Retry.Items.ToColumn()), NpgsqlDbType.Bytea));
        parameters.Add(ArrayOf(retries.Select(r => (short)r.Retry.Items.Count)));
        parameters.Add(new() { Value = batches.Value.Retention });
        Add(s => s.Chunk.WorkerId);
    }

    private static NpgsqlParameter ArrayOf<T>(IEnumerable<T> values, NpgsqlDbType? element = null)
    {
        var parameter = new NpgsqlParameter { Value = values.ToArray() };
        if (element is { } type)
        {
            parameter.NpgsqlDbType = NpgsqlDbType.Array | type;
        }
        return parameter;
    }
}
