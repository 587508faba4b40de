using Jobs.CrashHost;
using Jobs.Kinds;
using Npgsql;

namespace Jobs.Testing.Chaos;

/// <summary>
/// What holds whatever is killed, cut or restarted. Asked while the database may be away: who asks waits for it.
/// Thread-safe.
/// </summary>
public sealed class BatchLaws(NpgsqlDataSource database)
{
    /// <summary>How much longer than the lease time a lease may outlive its worker.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>What is wrong with a batch in one snapshot; null when every law holds.</summary>
    public async Task<string?> BrokenAsync(Guid batchId, CancellationToken cancellationToken)
    {
        var rows = await ReadAsync(
            LawStatements.Broken,
            row => row.IsDBNull(0) ? null : row.GetString(0),
            cancellationToken,
            batchId
        );
        return rows is [var broken] ? broken : "it is not there";
    }

    /// <summary>Looks at batches over and over until it is told to end; how many looks there were.</summary>
    /// <exception cref="LawBrokenException">A law did not hold.</exception>
    public async Task<int> WatchAsync(IReadOnlyCollection<Guid> batches, CancellationToken end)
    {
        var looks = 0;
        while (!end.IsCancellationRequested)
        {
            foreach (var batch in batches)
            {
                // A look that was begun is finished.
                if (await BrokenAsync(batch, CancellationToken.None) is { } broken)
                {
                    throw new LawBrokenException($"Batch {batch}: {broken}");
                }
                looks++;
            }
            await Task.Delay(Pause, TimeProvider.System, end)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        return looks;
    }

    /// <summary>How many items of the batches have an outcome.</summary>
    public async Task<int> DoneAsync(
        IEnumerable<ChaosBatch> batches,
        CancellationToken cancellationToken
    ) =>
        (
            await ReadAsync(
                LawStatements.Done,
                row => row.GetInt32(0),
                cancellationToken,
                batches.Select(b => b.Id).ToArray()
            )
        )[0];

    /// <summary>Every item of an ended batch has one outcome and never had another, and it is the one that it must have.</summary>
    public async Task EndedAsync(ChaosBatch batch, CancellationToken cancellationToken)
    {
        if (await BrokenAsync(batch.Id, cancellationToken) is { } broken)
        {
            throw new LawBrokenException($"Batch {batch.Id}: {broken}");
        }
        var outcomes = await ReadAsync(
            LawStatements.Outcomes,
            row =>
                (
                    Index: row.GetInt32(0),
                    Number: row.IsDBNull(1) ? (int?)null : row.GetInt32(1),
                    Code: row.IsDBNull(2) ? null : row.GetString(2)
                ),
            cancellationToken,
            batch.Id
        );
        var expected = batch.Items.Select(item =>
            (
                Index: item.Number,
                Number: item.Fate is CrashFate.Fail or CrashFate.Die ? (int?)null : item.Number,
                Code: item.Fate switch
                {
                    CrashFate.Fail => CrashItem.ErrorCode,
                    CrashFate.Die => ErrorCodes.WorkerLost,
                    _ => null,
                }
            )
        );
        if (!outcomes.SequenceEqual(expected))
        {
            var wrong = outcomes.Except(expected).Take(5);
            var missing = expected.Except(outcomes).Take(5);
            throw new LawBrokenException(
                $"Batch {batch.Id} has {outcomes.Count} outcomes of {batch.Items.Count} items; "
                    + $"there are {string.Join(' ', wrong)}, not there are {string.Join(' ', missing)}"
            );
        }
    }

    /// <summary>
    /// Every lease of this moment ends within the lease time and <see cref="Grace"/>, as its chunks do not take longer
    /// where their workers live.
    /// </summary>
    /// <returns>How many leases there were, and how long the last of them took.</returns>
    public async Task<(int Leases, TimeSpan Elapsed)> LeasesEndAsync(
        TimeSpan leaseTime,
        CancellationToken cancellationToken
    )
    {
        var leases = await ReadAsync(
            LawStatements.Leases,
            row => (Batch: row.GetGuid(0), Id: row.GetInt64(1), Token: row.GetInt32(2)),
            cancellationToken
        );
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var left = await ReadAsync(
                LawStatements.LeasesLeft,
                row => row.GetInt32(0),
                cancellationToken,
                leases.Select(l => l.Batch).ToArray(),
                leases.Select(l => l.Id).ToArray(),
                leases.Select(l => l.Token).ToArray()
            );
            var elapsed = TimeProvider.System.GetElapsedTime(started);
            if (left[0] == 0)
            {
                return (leases.Count, elapsed);
            }
            if (elapsed > leaseTime + Grace)
            {
                throw new LawBrokenException($"{left[0]} leases stand after {elapsed}.");
            }
            await Task.Delay(Pause, TimeProvider.System, cancellationToken);
        }
    }

    /// <summary>
    /// Every batch that has ended has one delivery, of which one attempt succeeded; the receiver heard of it no more
    /// often than it was sent, and each time the same.
    /// </summary>
    public async Task WebhooksAsync(
        IReadOnlyCollection<ChaosBatch> batches,
        Receiver receiver,
        CancellationToken cancellationToken
    )
    {
        var ids = batches.Select(b => b.Id).ToArray();
        while (
            await ReadAsync(
                LawStatements.WebhooksLeft,
                row => row.GetInt32(0),
                cancellationToken,
                ids
            )
                is not [0]
        )
        {
            await Task.Delay(Pause, TimeProvider.System, cancellationToken);
        }
        var heard = receiver
            .TakeAll()
            .ToLookup(m => Guid.ParseExact(m.Id.Split('_')[1], "N"), m => m.Id + m.Body);
        var deliveries = await ReadAsync(
            LawStatements.Webhooks,
            row => (row.GetGuid(0), row.GetInt32(1), row.GetInt32(2), row.GetInt32(3)),
            cancellationToken,
            ids
        );
        foreach (var (batch, count, delivered, sent) in deliveries)
        {
            var times = heard[batch].Count();
            if (
                (count, delivered) != (1, 1)
                || times < 1
                || times > sent
                || heard[batch].Distinct(StringComparer.Ordinal).Count() != 1
            )
            {
                throw new LawBrokenException(
                    $"Batch {batch}: {count} deliveries, {delivered} delivered, sent {sent} times, heard {times} times"
                );
            }
        }
    }

    private async Task<List<T>> ReadAsync<T>(
        string statement,
        Func<NpgsqlDataReader, T> read,
        CancellationToken cancellationToken,
        params object[] values
    )
    {
        while (true)
        {
            try
            {
                await using var command = database.CreateCommand(statement);
                foreach (var value in values)
                {
                    command.Parameters.Add(new() { Value = value });
                }
                await using var row = await command.ExecuteReaderAsync(cancellationToken);
                var rows = new List<T>();
                while (await row.ReadAsync(cancellationToken))
                {
                    rows.Add(read(row));
                }
                return rows;
            }
            catch (NpgsqlException e) when (IsAway(e))
            {
                await Task.Delay(Pause, TimeProvider.System, cancellationToken);
            }
        }
    }

    private static bool IsAway(NpgsqlException exception) =>
        exception is not PostgresException e
        || e.IsTransient
        || e.SqlState.StartsWith("57", StringComparison.Ordinal);
}
