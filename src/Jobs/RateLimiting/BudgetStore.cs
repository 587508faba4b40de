using Jobs.Database;
using Npgsql;
using NpgsqlTypes;

namespace Jobs.RateLimiting;

/// <summary>
/// The counters that all nodes share, in PostgreSQL. On a connection of its own, so that nobody's long statement delays
/// a decision, and given up after a second. Thread-safe.
/// </summary>
internal sealed class BudgetStore : IAsyncDisposable
{
    private readonly NpgsqlDataSource source;
    private readonly TimeProvider? clock;

    public BudgetStore(JobsDataSource database)
        : this(database, clock: null) { }

    /// <summary>With another clock.</summary>
    /// <param name="clock">Instead of the database's; null for that one, which is the same for all nodes.</param>
    internal BudgetStore(JobsDataSource database, TimeProvider? clock)
    {
        this.clock = clock;
        source = database.Apart(
            "jobs-limits",
            settings =>
            {
                settings.CommandTimeout = 1;
                // A backend that hangs is not asked to cancel, which would be waited for as well.
                settings.CancellationTimeout = -1;
                // Kept open: a decision has no time to connect.
                settings.MinPoolSize = 1;
                settings.MaxPoolSize = 1;
            }
        );
    }

    /// <summary>Answers in the order of the asks.</summary>
    public async Task<BudgetGrant[]> LeaseAsync(
        IReadOnlyList<BudgetAsk> asks,
        int nodes,
        CancellationToken cancellationToken
    )
    {
        await using var command = source.CreateCommand(BudgetStatements.Lease);
        Add(command, asks.Select(a => a.Counter.Policy).ToArray());
        Add(command, asks.Select(a => a.Counter.Subject.ToString()).ToArray());
        Add(command, asks.Select(a => a.Needed).ToArray());
        Add(command, asks.Select(a => a.Wanted).ToArray());
        Add(command, asks.Select(a => a.Returned).ToArray());
        Add(command, asks.Select(a => a.Owed).ToArray());
        Add(command, asks.SelectMany(a => a.Quota.Intervals).ToArray());
        Add(command, asks.SelectMany(a => a.Quota.Bursts).ToArray());
        Add(command, nodes);
        command.Parameters.Add(
            new()
            {
                Value = clock is null
                    ? DBNull.Value
                    : (clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks
                        / TimeSpan.TicksPerMicrosecond,
                NpgsqlDbType = NpgsqlDbType.Bigint,
            }
        );
        var grants = new BudgetGrant[asks.Count];
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            grants[row.GetInt32(0) - 1] = new BudgetGrant(
                row.GetInt32(1),
                row.GetInt32(2),
                row.GetInt64(3),
                row.GetInt64(4),
                row.GetInt32(5) - 1
            );
        }
        return grants;
    }

    public ValueTask DisposeAsync() => source.DisposeAsync();

    private static void Add(NpgsqlCommand command, object value) =>
        command.Parameters.Add(new() { Value = value });
}
