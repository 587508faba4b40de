using Jobs.Auditing;
using Jobs.Database;
using Jobs.Engine;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;

namespace Jobs.Batches;

/// <summary>
/// Executes items of a batch again that failed or were cancelled, in their places: page by page, a few at a time, in one
/// transaction, so that nobody sees a part of it. Thread-safe.
/// </summary>
public sealed class BatchRetry(
    JobsDataSource database,
    IOptions<BatchOptions> options,
    Notices notices,
    WorkSignal signal
)
{
    private const int PagesAtOnce = 8;

    /// <summary>How many items a retry would execute now.</summary>
    public async Task<RetryResult> CountAsync(
        int tenantId,
        Guid id,
        RetryRequest request,
        CancellationToken cancellationToken
    )
    {
        await using var command = database.Requests.CreateCommand(RetryStatements.Count);
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = request.Status == ItemState.Cancelled });
        command.Parameters.Add(Code(request));
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return !await row.ReadAsync(cancellationToken) ? new(SteerResult.NotFound, 0)
            : row.GetString(0) == BatchState.Cancelling.ToName() ? new(SteerResult.Illegal, 0)
            : new(SteerResult.Done, row.GetInt32(1));
    }

    /// <summary>
    /// Retries what matches. A batch that had ended runs again; <see cref="SteerResult.Illegal"/> while it is being
    /// cancelled, and when its retention is over.
    /// </summary>
    public async Task<RetryResult> RetryAsync(
        int tenantId,
        Guid id,
        RetryRequest request,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.Requests.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var result = await LockAsync(connection, tenantId, id, cancellationToken);
        if (result != SteerResult.Done)
        {
            return new(result, 0);
        }
        var items = 0;
        var chunks = 0;
        var page = 0;
        while (
            await ReadAsync(connection, id, page, request, cancellationToken)
                is { Count: > 0 } selections
        )
        {
            items += selections.Sum(s => s.Items.Count);
            chunks += await WriteAsync(connection, id, selections, chunks, cancellationToken);
            page = selections[^1].Row.Page + 1;
        }
        if (items == 0)
        {
            return new(SteerResult.Done, 0);
        }
        var cancelled = request.Status == ItemState.Cancelled ? items : 0;
        await using (
            var reopen = Command(
                connection,
                RetryStatements.Reopen,
                id,
                items - cancelled,
                cancelled
            )
        )
        {
            await reopen.ExecuteNonQueryAsync(cancellationToken);
        }
        await using (var admit = Command(connection, SettleStatement.Admit, new[] { id }))
        {
            await admit.ExecuteNonQueryAsync(cancellationToken);
        }
        await AuditAct.EnterAsync(connection, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        signal.Announce(scheduled: false);
        notices.SendChange(id);
        return new(SteerResult.Done, items);
    }

    private static async Task<SteerResult> LockAsync(
        NpgsqlConnection connection,
        int tenantId,
        Guid id,
        CancellationToken cancellationToken
    )
    {
        await using var command = Command(connection, RetryStatements.Lock, tenantId, id);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return !await row.ReadAsync(cancellationToken) ? SteerResult.NotFound
            : row.GetBoolean(0) ? SteerResult.Done
            : SteerResult.Illegal;
    }

    private static async Task<List<RetrySelection>> ReadAsync(
        NpgsqlConnection connection,
        Guid id,
        int page,
        RetryRequest request,
        CancellationToken cancellationToken
    )
    {
        await using var command = Command(
            connection,
            RetryStatements.Outcomes,
            id,
            page,
            request.Status == ItemState.Cancelled
        );
        command.Parameters.Add(Code(request));
        command.Parameters.Add(new() { Value = PagesAtOnce });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var selections = new List<RetrySelection>();
        while (await row.ReadAsync(cancellationToken))
        {
            var outcomes = new OutcomeRow(
                row.GetInt32(0),
                row.GetInt16(1),
                row.GetInt64(2),
                row.GetInt32(3),
                row.GetInt16(4),
                row.IsDBNull(5) ? null : row.GetFieldValue<byte[]>(5),
                row.IsDBNull(6) ? null : row.GetFieldValue<byte[]>(6),
                row.IsDBNull(7) ? null : row.GetFieldValue<byte[]>(7)
            );
            selections.Add(RetrySelection.Of(outcomes, request));
        }
        return selections;
    }

    private async Task<int> WriteAsync(
        NpgsqlConnection connection,
        Guid id,
        List<RetrySelection> selections,
        int before,
        CancellationToken cancellationToken
    )
    {
        await using var supersede = Command(
            connection,
            RetryStatements.Supersede,
            id,
            selections.ConvertAll(s => s.Row.Page),
            selections.ConvertAll(s => s.Row.Version),
            selections.ConvertAll(s => s.Row.Part),
            selections.ConvertAll(s => s.Superseded.ToColumn()),
            selections.ConvertAll(s => (short)s.Failed),
            selections.ConvertAll(s => (short)s.Cancelled)
        );
        supersede.Parameters.Add(
            new()
            {
                Value = selections.ConvertAll(s => s.ErrorCodes),
                NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text,
            }
        );
        await supersede.ExecuteNonQueryAsync(cancellationToken);

        // What was settled in parts but executed equally often is one chunk again.
        var chunks = selections
            .GroupBy(s => (s.Row.Page, s.Row.Attempt))
            .Select(group =>
            {
                var items = ItemSet.Empty(group.First().Row.PageCount);
                foreach (var selection in group)
                {
                    selection.Items.ForEach(items.Add);
                }
                return (group.Key.Page, group.Key.Attempt, Items: items);
            })
            .Where(chunk => chunk.Items.Count > 0)
            .ToList();
        await using var insert = Command(
            connection,
            RetryStatements.InsertChunks,
            id,
            chunks.ConvertAll(c => c.Page),
            chunks.ConvertAll(c => c.Attempt),
            chunks.ConvertAll(c => c.Items.ToColumn()),
            chunks.ConvertAll(c => (short)c.Items.Count),
            options.Value.RankStep,
            (long)before
        );
        await insert.ExecuteNonQueryAsync(cancellationToken);
        return chunks.Count;
    }

    private static NpgsqlParameter Code(RetryRequest request) =>
        new()
        {
            Value = (object?)request.ErrorCode ?? DBNull.Value,
            NpgsqlDbType = NpgsqlDbType.Text,
        };

    private static NpgsqlCommand Command(
        NpgsqlConnection connection,
        string sql,
        params ReadOnlySpan<object> values
    )
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }
        return command;
    }
}
