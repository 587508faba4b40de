using Microsoft.Extensions.Logging;
using Npgsql;

namespace Jobs.Dashboard;

/// <summary>
/// The pool on the replica, and whether to read there: it is left alone for ten seconds after it failed or was found too
/// far behind, so that nobody waits for it again and again. Thread-safe.
/// </summary>
internal sealed class DashboardReplica(
    string connectionString,
    TimeSpan mostBehind,
    TimeProvider time,
    ILogger log
) : IAsyncDisposable
{
    /// <summary>How long a judgement holds.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    /// <summary>Seconds since what it replayed last was committed; null where it has nothing to replay, or is no replica.</summary>
    public const string Behind = """
        select case
            when pg_is_in_recovery() then extract(epoch from clock_timestamp() - pg_last_xact_replay_timestamp())::float8 end
        """;

    private readonly NpgsqlDataSource pool = new NpgsqlDataSourceBuilder(
        new NpgsqlConnectionStringBuilder(connectionString)
        {
            ApplicationName = "jobs-dashboard",
            MaxPoolSize = 4,
            Timeout = 2,
        }.ConnectionString
    )
    {
        Name = "jobs-dashboard",
    }.Build();

    private readonly Lock gate = new();
    private long? judged;
    private bool isFit;
    private bool? told;

    /// <summary>Reads there; not where it is not to be used, or fails.</summary>
    public async Task<(bool Done, T? Value)> TryAsync<T>(
        Func<NpgsqlDataSource, CancellationToken, Task<T>> read,
        CancellationToken cancellationToken
    )
    {
        try
        {
            if (!await IsFitAsync(cancellationToken))
            {
                return default;
            }
            return (true, await read(pool, cancellationToken));
        }
        catch (NpgsqlException e)
        {
            if (Judge(fit: false))
            {
                log.ReplicaAway(e);
            }
            return default;
        }
    }

    public ValueTask DisposeAsync() => pool.DisposeAsync();

    private async Task<bool> IsFitAsync(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (judged is { } at && time.GetElapsedTime(at) < Pause)
            {
                return isFit;
            }
            // Who comes meanwhile goes by what was known, or to the database.
            judged = time.GetTimestamp();
        }
        await using var command = pool.CreateCommand(Behind);
        var behind = await command.ExecuteScalarAsync(cancellationToken) as double?;
        var fit = behind is not { } seconds || seconds <= mostBehind.TotalSeconds;
        if (Judge(fit))
        {
            if (fit)
            {
                log.ReplicaBack();
            }
            else
            {
                log.ReplicaBehind(behind!.Value);
            }
        }
        return fit;
    }

    // Whether that is news.
    private bool Judge(bool fit)
    {
        lock (gate)
        {
            var news = told != fit;
            (judged, isFit, told) = (time.GetTimestamp(), fit, fit);
            return news;
        }
    }
}
