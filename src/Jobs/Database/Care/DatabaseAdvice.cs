using System.Globalization;
using Severity = Jobs.Database.Care.RecommendationSeverity;

namespace Jobs.Database.Care;

/// <summary>What follows from how the database is, in plain words. Pure.</summary>
internal static class DatabaseAdvice
{
    private const long Mebibyte = 1024 * 1024;

    // Less than that autovacuum does in its own time, and costs nobody anything.
    private const long FewRows = 10_000;
    private const double MostDead = 0.2;
    private const double MostModified = 0.2;
    private const double MostIndexBloat = 0.5;
    private const long SmallIndex = 16 * Mebibyte;
    private const double MostTableBloat = 0.5;
    private const long SmallTable = 256 * Mebibyte;
    private const long SmallUnused = 8 * Mebibyte;
    private const double LeastHits = 0.95;

    // Fewer blocks say nothing yet: what was just started reads everything once.
    private const long EnoughBlocks = 1_000_000;
    private const double MostConnections = 0.8;
    private const double LongTransaction = 600;
    private const double MostLagSeconds = 60;
    private const double HalfOfAge = 0.75;

    /// <summary>The most urgent first.</summary>
    /// <param name="blocks">Blocks that were asked for since the counts began.</param>
    public static IReadOnlyList<Recommendation> Of(DatabaseStats stats, long blocks) =>
        [
            .. Settings(stats)
                .Concat(Server(stats, blocks))
                .Concat(stats.Tables.SelectMany(Table))
                .Concat(stats.Indexes.SelectMany(Index))
                .Concat(Unused(stats))
                .OrderByDescending(r => r.Severity),
        ];

    private static IEnumerable<Recommendation> Settings(DatabaseStats stats)
    {
        bool IsOff(string name) => stats.Settings.GetValueOrDefault(name) == "off";
        foreach (var name in (string[])["fsync", "full_page_writes"])
        {
            if (IsOff(name))
            {
                yield return new(
                    "unsafe_setting",
                    Severity.Critical,
                    name,
                    $"{name} is off: a crash of the machine may destroy the database. Turn it on.",
                    null
                );
            }
        }
        if (IsOff("synchronous_commit"))
        {
            yield return new(
                "unsafe_setting",
                Severity.Critical,
                "synchronous_commit",
                "synchronous_commit is off for all: batches that were accepted in the last moments are lost when PostgreSQL crashes. Turn it on; the service turns it off itself where nothing can be lost.",
                null
            );
        }
        foreach (var name in (string[])["autovacuum", "track_counts"])
        {
            if (IsOff(name))
            {
                yield return new(
                    "autovacuum_off",
                    Severity.Critical,
                    name,
                    $"{name} is off: dead rows are never cleaned up, and statements become slower every day. Turn it on.",
                    null
                );
            }
        }
    }

    private static IEnumerable<Recommendation> Server(DatabaseStats stats, long blocks)
    {
        if (stats.TransactionAge > stats.TransactionAgeLimit * 2)
        {
            yield return new(
                "wraparound",
                Severity.Critical,
                null,
                $"The oldest row was frozen {Count(stats.TransactionAge)} transactions ago, and autovacuum should have come at {Count(stats.TransactionAgeLimit)}: at two billion PostgreSQL stops taking writes. Look for what holds it up: open transactions, prepared ones, replication slots; then vacuum.",
                null
            );
        }
        if (stats.OldestTransaction is { Seconds: > LongTransaction } oldest)
        {
            yield return new(
                "long_transaction",
                Severity.Warning,
                oldest.ProcessId.ToString(CultureInfo.InvariantCulture),
                $"A transaction of '{oldest.Application}' ({oldest.State}) has been open for {Count((long)oldest.Seconds / 60)} minutes: nothing that died since can be cleaned up. End it, if nobody needs it: select pg_terminate_backend({oldest.ProcessId})",
                null
            );
        }
        if (stats.UsedConnections > stats.MaxConnections * MostConnections)
        {
            yield return new(
                "connections",
                Severity.Warning,
                "max_connections",
                $"{stats.UsedConnections} of {stats.MaxConnections} connections are in use: soon new ones are refused. Use a pooler, fewer processes, or raise max_connections.",
                null
            );
        }
        if (blocks > EnoughBlocks && stats.CacheHitRatio < LeastHits)
        {
            yield return new(
                "cache_hit_ratio",
                Severity.Warning,
                "shared_buffers",
                $"{stats.CacheHitRatio.Value.ToString("0.0 %", CultureInfo.InvariantCulture)} of the blocks came from PostgreSQL's memory; 99 % are usual. Raise shared_buffers, now {stats.Settings.GetValueOrDefault("shared_buffers")}, to a quarter of the machine's memory.",
                null
            );
        }
        foreach (var replica in stats.Replicas)
        {
            if (replica.Seconds > MostLagSeconds)
            {
                yield return new(
                    "replica_lag",
                    Severity.Warning,
                    replica.Name,
                    $"The replica is {Count((long)replica.Seconds.Value)} seconds behind: what is read from it is as old.",
                    null
                );
            }
        }
        if (stats.SlowestStatements is null)
        {
            yield return new(
                "no_statements",
                Severity.Info,
                "pg_stat_statements",
                $"Which statements are slow cannot be told. {stats.StatementsHint}",
                null
            );
        }
    }

    private static IEnumerable<Recommendation> Table(TableStats table)
    {
        var rows = table.LiveRows + table.DeadRows;
        if (table.DeadRows > FewRows && table.DeadRows > rows * MostDead)
        {
            yield return new(
                "dead_rows",
                Severity.Warning,
                table.Name,
                $"{Count(table.DeadRows)} of {Count(rows)} rows are dead: statements pass over them. Vacuum the table; where they stay, a transaction is open somewhere.",
                new(MaintenanceAction.Vacuum, table.Name)
            );
        }
        else if (table.TransactionAge > 200_000_000L * HalfOfAge && table.LiveRows > 0)
        {
            yield return new(
                "frozen_long_ago",
                Severity.Info,
                table.Name,
                $"Its rows were frozen {Count(table.TransactionAge)} transactions ago. Vacuum it at a quiet hour, before autovacuum does at a busy one.",
                new(MaintenanceAction.Vacuum, table.Name)
            );
        }
        else if (
            table.ModifiedRows > FewRows
            && (table.AnalyzedAt is null || table.ModifiedRows > table.LiveRows * MostModified)
        )
        {
            yield return new(
                "stale_statistics",
                Severity.Info,
                table.Name,
                $"{Count(table.ModifiedRows)} rows have changed since the planner looked at the table. Analyse it.",
                new(MaintenanceAction.Analyze, table.Name)
            );
        }
        if (table.BloatBytes > SmallTable && table.BloatBytes > table.HeapBytes * MostTableBloat)
        {
            yield return new(
                "table_bloat",
                Severity.Warning,
                table.Name,
                $"About {Size(table.BloatBytes.Value)} of {Size(table.HeapBytes)} are free. New rows will use them; to give them back, run vacuum full at an hour when nobody needs the table, which it locks.",
                null
            );
        }
    }

    private static IEnumerable<Recommendation> Index(IndexStats index)
    {
        if (!index.Valid)
        {
            yield return new(
                "invalid_index",
                Severity.Warning,
                index.Name,
                $"Its building broke off: it is kept up to date and never read. Build it anew.",
                new(MaintenanceAction.Reindex, index.Name)
            );
        }
        else if (
            index.BloatBytes > SmallIndex
            && index.BloatBytes > index.SizeBytes * MostIndexBloat
        )
        {
            yield return new(
                "index_bloat",
                Severity.Warning,
                index.Name,
                $"About {Size(index.BloatBytes.Value)} of {Size(index.SizeBytes)} are empty: it takes memory from others. Build it anew.",
                new(MaintenanceAction.Reindex, index.Name)
            );
        }
    }

    private static IEnumerable<Recommendation> Unused(DatabaseStats stats) =>
        stats
            .UnusedIndexes.Where(i => i.SizeBytes > SmallUnused)
            .Select(i => new Recommendation(
                "unused_index",
                Severity.Info,
                i.Name,
                $"{Size(i.SizeBytes)} that no statement has read since {(stats.StatisticsSince ?? stats.StartedAt).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}. It belongs to the service, which may need it seldom: leave it, and report it where it stays so for months.",
                null
            ));

    private static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Size(long bytes) =>
        bytes >= 1024 * Mebibyte
            ? ((double)bytes / (1024 * Mebibyte)).ToString("0.0 GiB", CultureInfo.InvariantCulture)
            : (bytes / Mebibyte).ToString("0 MiB", CultureInfo.InvariantCulture);
}
