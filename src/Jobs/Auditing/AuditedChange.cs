using Npgsql;

namespace Jobs.Auditing;

/// <summary>A change that is one statement or one batch of them, with the entry of the call that it is for.</summary>
internal static class AuditedChange
{
    /// <summary>
    /// Runs it; where a call is under way that leaves a trace, in one transaction with its entry, unless nothing
    /// changed.
    /// </summary>
    public static async Task<T> ChangeAsync<T>(
        this NpgsqlDataSource database,
        Func<NpgsqlConnection, Task<T>> change,
        Func<T, bool> changed,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        if (AuditAct.Current is null)
        {
            return await change(connection);
        }
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var result = await change(connection);
        if (changed(result))
        {
            await AuditAct.EnterAsync(connection, cancellationToken);
        }
        await transaction.CommitAsync(cancellationToken);
        return result;
    }
}
