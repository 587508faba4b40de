namespace Jobs.Database.Care;

/// <summary>How the database is: what PostgreSQL counts since its statistics were last reset, and what follows from it.</summary>
/// <param name="StatisticsSince">When the counts began; null where they never were reset.</param>
/// <param name="CacheHitRatio">Of the blocks that were asked for, the share that was in PostgreSQL's own memory, 0 to 1; null before any were.</param>
/// <param name="Connections">By pool and state, of all processes of the service.</param>
/// <param name="Pools">Of the process that answers, as Npgsql measures them.</param>
/// <param name="Tables">The largest first, at most <see cref="DatabaseInspector.MostRelations"/>.</param>
/// <param name="UnusedIndexes">That no statement has read since the counts began, and that guard no rule.</param>
/// <param name="SlowestStatements">By the time that they took in all; null where the extension is not there, see <paramref name="StatementsHint"/>.</param>
/// <param name="StatementsHint">Why there are no statements, and what to do; null where there are.</param>
/// <param name="Recommendations">What to do, the most urgent first; empty where all is well.</param>
public sealed record DatabaseStats(
    string Version,
    DateTimeOffset StartedAt,
    DateTimeOffset? StatisticsSince,
    long SizeBytes,
    double? CacheHitRatio,
    int MaxConnections,
    int UsedConnections,
    IReadOnlyList<ConnectionCount> Connections,
    IReadOnlyList<PoolUse> Pools,
    OldestTransaction? OldestTransaction,
    IReadOnlyList<ReplicaLag> Replicas,
    long TransactionAge,
    long TransactionAgeLimit,
    IReadOnlyDictionary<string, string> Settings,
    IReadOnlyList<TableStats> Tables,
    IReadOnlyList<IndexStats> Indexes,
    IReadOnlyList<IndexStats> UnusedIndexes,
    IReadOnlyList<StatementStats>? SlowestStatements,
    string? StatementsHint,
    IReadOnlyList<Recommendation> Recommendations
);
