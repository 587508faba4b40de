using System.Collections.Frozen;
using Jobs.Database;
using Jobs.Engine;
using Npgsql;
using NpgsqlTypes;

namespace Jobs.Batches;

/// <summary>Writes the pages and then the row of one submission; owns its connection while it streams.</summary>
internal sealed class SubmitWriter(
    JobsDataSource database,
    BatchOptions options,
    SubmitQueue queue,
    SemaphoreSlim streams
) : IAsyncDisposable
{
    // How long a large batch waits for others that stream in.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly List<ItemPage> held = [];
    private readonly List<PageSummary> summaries = [];
    private NpgsqlConnection? connection;
    private NpgsqlTransaction? transaction;
    private NpgsqlBinaryImporter? copy;
    private bool streaming;

    /// <summary>Bytes of the pages that wait to be written.</summary>
    public int HeldBytes { get; private set; }

    /// <summary>Whether pages go to the database as they fill: it works on one while the next is made.</summary>
    public bool IsStreaming => copy is not null;

    /// <summary>Written with the batch; null for nothing.</summary>
    public NpgsqlBatchCommand? Beside { get; set; }

    /// <summary>Takes over a page that will not change any more.</summary>
    public void Seal(ItemPage page)
    {
        held.Add(page);
        HeldBytes += page.Items.Length;
        summaries.Add(
            new PageSummary(
                page.Number,
                (short)page.OpenCount,
                page.Open?.ToColumn(),
                (short)(page.Settled?.Succeeded ?? 0),
                (short)(page.Settled?.Failed ?? 0),
                page.Settled?.Lines,
                page.Settled?.ErrorCodes
            )
        );
    }

    /// <summary>Writes the held pages by COPY.</summary>
    public async Task StreamAsync(Guid batchId, CancellationToken cancellationToken)
    {
        if (copy is null)
        {
            streaming = await streams.WaitAsync(Patience, cancellationToken);
            if (!streaming)
            {
                throw new TooBusyException("Too many large batches are coming in at once.");
            }
            await BeginAsync(cancellationToken);
            copy = await connection!.BeginBinaryImportAsync(
                SubmitStatements.CopyPages,
                cancellationToken
            );
        }
        foreach (var page in held)
        {
            await copy.StartRowAsync(cancellationToken);
            await copy.WriteAsync(batchId, NpgsqlDbType.Uuid, cancellationToken);
            await copy.WriteAsync(page.Number, NpgsqlDbType.Integer, cancellationToken);
            await copy.WriteAsync(page.First, NpgsqlDbType.Integer, cancellationToken);
            await copy.WriteAsync((short)page.Count, NpgsqlDbType.Smallint, cancellationToken);
            await copy.WriteAsync(page.Items, NpgsqlDbType.Text, cancellationToken);
            if (page.CustomIds is { } ids)
            {
                await copy.WriteAsync(ids, NpgsqlDbType.Text, cancellationToken);
            }
            else
            {
                await copy.WriteNullAsync(cancellationToken);
            }
        }
        Release();
    }

    /// <summary>Commits the batch; says whether this process's worker has begun it already.</summary>
    public async Task<bool> CommitAsync(
        SubmittedBatch submitted,
        Func<NpgsqlConnection, NpgsqlTransaction, CancellationToken, Task>? alongside,
        CancellationToken cancellationToken
    )
    {
        if (copy is not null)
        {
            await StreamAsync(submitted.Id, cancellationToken);
            await copy.CompleteAsync(cancellationToken);
            await copy.DisposeAsync();
            copy = null;
        }
        if (
            connection is null
            && (
                alongside is not null || submitted.Draft.After is not null || !options.SharedCommits
            )
        )
        {
            await BeginAsync(cancellationToken);
        }
        if (connection is null || transaction is null)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return await queue.WriteAsync(Written(submitted));
        }
        await ExecuteAsync(submitted, connection, transaction, cancellationToken);
        if (alongside is not null)
        {
            await alongside(connection, transaction, cancellationToken);
        }
        await transaction.CommitAsync(cancellationToken);
        return false;
    }

    /// <summary>Writes within a transaction of the caller's.</summary>
    public Task WriteAsync(
        SubmittedBatch submitted,
        NpgsqlConnection callers,
        NpgsqlTransaction callersTransaction,
        CancellationToken cancellationToken
    ) =>
        connection is null
            ? ExecuteAsync(submitted, callers, callersTransaction, cancellationToken)
            : throw new InvalidOperationException(
                $"A batch of more than {BatchSubmission.HeldBytes} bytes cannot be written in a caller's transaction."
            );

    public async ValueTask DisposeAsync()
    {
        Release();
        if (copy is not null)
        {
            await copy.DisposeAsync();
        }
        if (transaction is not null)
        {
            await transaction.DisposeAsync();
        }
        if (connection is not null)
        {
            await connection.DisposeAsync();
        }
        if (streaming)
        {
            streaming = false;
            streams.Release();
        }
    }

    private async Task BeginAsync(CancellationToken cancellationToken)
    {
        connection = await database.Requests.OpenConnectionAsync(cancellationToken);
        transaction = await connection.BeginTransactionAsync(cancellationToken);
    }

    private async Task ExecuteAsync(
        SubmittedBatch submitted,
        NpgsqlConnection target,
        NpgsqlTransaction within,
        CancellationToken cancellationToken
    )
    {
        if (submitted.Draft.After is { } after)
        {
            await LockPredecessorAsync(submitted, after, target, within, cancellationToken);
        }
        await SubmitQueue.ExecuteAsync(
            [Written(submitted)],
            FrozenDictionary<Guid, DirectLeases.DirectLease>.Empty,
            options,
            target,
            within,
            cancellationToken
        );
    }

    private WrittenBatch Written(SubmittedBatch submitted) =>
        new(submitted, held, summaries, Beside);

    private static async Task LockPredecessorAsync(
        SubmittedBatch submitted,
        Guid after,
        NpgsqlConnection target,
        NpgsqlTransaction? within,
        CancellationToken cancellationToken
    )
    {
        await using var command = new NpgsqlCommand(
            SubmitStatements.LockPredecessor,
            target,
            within
        )
        {
            Parameters =
            {
                new() { Value = submitted.Draft.TenantId },
                new() { Value = after },
            },
        };
        if (await command.ExecuteScalarAsync(cancellationToken) is null)
        {
            throw new BatchRefusedException("after", "is not the id of one of your batches");
        }
    }

    private void Release()
    {
        held.ForEach(p => p.Dispose());
        held.Clear();
        HeldBytes = 0;
    }

    /// <summary>Outcomes that items have from the start.</summary>
    public (int Succeeded, int Failed) Settled =>
        (summaries.Sum(p => p.Succeeded), summaries.Sum(p => p.Failed));
}
