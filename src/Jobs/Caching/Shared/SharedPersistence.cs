using Jobs.Database;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Jobs.Caching.Shared;

/// <summary>Makes the tables of the cache logged or unlogged, as configured. What they hold is not worth keeping for that.</summary>
internal sealed class SharedPersistence(
    JobsDataSource database,
    IOptions<CacheOptions> options,
    ILogger<SharedPersistence> log
)
{
    private const string IsLogged =
        "select relpersistence = 'p' from pg_class where oid = 'jobs.cache_entries'::regclass";

    private const string Tables =
        "jobs.cache_entries, jobs.cache_marks, jobs.cache_prefixes, jobs.cache_removals, jobs.cache_epoch, jobs.cache_fills";

    private const string Empty = $"set local lock_timeout = '2s'; truncate {Tables}";

    public async Task ApplyAsync(CancellationToken cancellationToken)
    {
        var wanted = options.Value.Durable;
        await using var connection = await database.Requests.OpenConnectionAsync(cancellationToken);
        if (await IsLoggedAsync(connection, cancellationToken) == wanted)
        {
            return;
        }
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(connection, Empty, cancellationToken);
        // Another process may have done it while this one waited for the lock.
        if (await IsLoggedAsync(connection, cancellationToken) == wanted)
        {
            return;
        }
        foreach (var table in Tables.Split(", "))
        {
            await ExecuteAsync(
                connection,
                $"alter table {table} set {(wanted ? "logged" : "unlogged")}",
                cancellationToken
            );
        }
        await transaction.CommitAsync(cancellationToken);
        log.PersistenceChanged(wanted ? "logged" : "unlogged");
    }

    private static async Task<bool> IsLoggedAsync(
        NpgsqlConnection connection,
        CancellationToken cancellationToken
    )
    {
        await using var command = new NpgsqlCommand(IsLogged, connection);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task ExecuteAsync(
        NpgsqlConnection connection,
        string sql,
        CancellationToken cancellationToken
    )
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
