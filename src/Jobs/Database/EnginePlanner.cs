using Npgsql;

namespace Jobs.Database;

/// <summary>
/// The planner's settings for statements about chunks. A plan made while a queue is empty must still be right when it
/// holds a million chunks, and PostgreSQL keeps the plans of prepared statements: scans and hashes over whole tables
/// are out.
/// </summary>
internal static class EnginePlanner
{
    private static readonly string[] Off =
    [
        "enable_seqscan",
        "enable_hashjoin",
        "enable_mergejoin",
        "enable_bitmapscan",
        "jit",
    ];

    /// <summary>For the sessions of a pool; the engine's large statements are planned once, since that takes longer than their execution.</summary>
    public static readonly string StartupOptions =
        $"{string.Join(' ', Off.Select(s => $"-c {s}=off"))} -c plan_cache_mode=force_generic_plan";

    // For a transaction on another pool.
    private static readonly string Local =
        $"select {string.Join(", ", Off.Select(s => $"set_config('{s}', 'off', true)"))}";

    /// <summary>To be sent before others, in their transaction.</summary>
    public static NpgsqlBatchCommand Settings() => new(Local);

    /// <summary>Reads the answer to a statement that is planned with these settings, in one round trip.</summary>
    public static async Task<T> ReadAsync<T>(
        NpgsqlDataSource pool,
        NpgsqlBatchCommand command,
        Func<NpgsqlDataReader, CancellationToken, Task<T>> read,
        CancellationToken cancellationToken
    )
    {
        // Sent together, the commands of a batch are one transaction.
        await using var batch = pool.CreateBatch();
        batch.BatchCommands.Add(Settings());
        batch.BatchCommands.Add(command);
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        await row.NextResultAsync(cancellationToken);
        return await read(row, cancellationToken);
    }
}
