using Jobs.Database.Care;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Database;

/// <summary>What follows from how a database is.</summary>
public sealed class DatabaseAdviceTests
{
    private const long ManyBlocks = 10_000_000;
    private const long Mebibyte = 1024 * 1024;

    private static readonly DateTimeOffset Then = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly DatabaseStats Well = new(
        "15.0",
        Then,
        Then,
        SizeBytes: 1,
        CacheHitRatio: 0.99,
        MaxConnections: 100,
        UsedConnections: 20,
        [],
        [],
        OldestTransaction: null,
        [],
        TransactionAge: 1,
        TransactionAgeLimit: 200_000_000,
        new Dictionary<string, string>(StringComparer.Ordinal) { ["autovacuum"] = "on" },
        [],
        [],
        [],
        SlowestStatements: [],
        null,
        []
    );

    private static readonly TableStats Table = new(
        "items",
        LiveRows: 1_000_000,
        DeadRows: 0,
        ModifiedRows: 0,
        SizeBytes: 1024 * Mebibyte,
        HeapBytes: 1024 * Mebibyte,
        IndexBytes: 0,
        BloatBytes: 0,
        SequentialScans: 0,
        IndexScans: 0,
        Then,
        Then,
        TransactionAge: 1
    );

    private static readonly IndexStats Index = new(
        "items_key",
        "items",
        SizeBytes: 100 * Mebibyte,
        BloatBytes: 0,
        Scans: 1,
        Guards: false,
        Valid: true
    );

    public static TheoryData<string, DatabaseStats> Findings =>
        new()
        {
            { "unsafe_setting", Set("fsync", "off") },
            { "unsafe_setting", Set("synchronous_commit", "off") },
            { "autovacuum_off", Set("autovacuum", "off") },
            { "wraparound", Well with { TransactionAge = 500_000_000 } },
            { "long_transaction", Well with { OldestTransaction = new(1, "psql", "idle", 700) } },
            { "connections", Well with { UsedConnections = 81 } },
            { "cache_hit_ratio", Well with { CacheHitRatio = 0.9 } },
            { "replica_lag", Well with { Replicas = [new("one", "streaming", 1, 61)] } },
            { "no_statements", Well with { SlowestStatements = null, StatementsHint = "Add it." } },
            { "dead_rows", With(Table with { DeadRows = 300_000 }) },
            { "frozen_long_ago", With(Table with { TransactionAge = 160_000_000 }) },
            { "stale_statistics", With(Table with { ModifiedRows = 300_000 }) },
            { "table_bloat", With(Table with { BloatBytes = 600 * Mebibyte }) },
            { "invalid_index", With(Index with { Valid = false }) },
            { "index_bloat", With(Index with { BloatBytes = 60 * Mebibyte }) },
            { "unused_index", With(Index with { Scans = 0 }) },
        };

    [Fact]
    public void Of_a_database_that_is_well_there_is_nothing_to_say() =>
        DatabaseAdvice
            .Of(Well with { Tables = [Table], Indexes = [Index] }, ManyBlocks)
            .ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(Findings), DisableDiscoveryEnumeration = true)]
    public void Each_finding_has_a_code_and_says_what_to_do(string code, DatabaseStats stats)
    {
        var found = DatabaseAdvice.Of(stats, ManyBlocks).ShouldHaveSingleItem();

        found.Code.ShouldBe(code);
        found.Message.Length.ShouldBeGreaterThan(40);
    }

    [Fact]
    public void Few_rows_small_indexes_and_a_service_that_just_began_are_no_finding() =>
        DatabaseAdvice
            .Of(
                Well with
                {
                    CacheHitRatio = 0.5,
                    Tables =
                    [
                        Table with
                        {
                            LiveRows = 10,
                            DeadRows = 9_000,
                            HeapBytes = Mebibyte,
                            BloatBytes = Mebibyte,
                        },
                    ],
                    Indexes = [Index with { SizeBytes = Mebibyte, BloatBytes = Mebibyte }],
                },
                blocks: 1000
            )
            .ShouldBeEmpty();

    [Fact]
    public void The_most_urgent_comes_first() =>
        DatabaseAdvice
            .Of(
                Set("fsync", "off") with
                {
                    UsedConnections = 99,
                    Tables = [Table with { ModifiedRows = 300_000 }],
                },
                ManyBlocks
            )
            .Select(r => r.Severity)
            .ShouldBe([
                RecommendationSeverity.Critical,
                RecommendationSeverity.Warning,
                RecommendationSeverity.Info,
            ]);

    private static DatabaseStats Set(string name, string value) =>
        Well with
        {
            Settings = new Dictionary<string, string>(StringComparer.Ordinal) { [name] = value },
        };

    private static DatabaseStats With(TableStats table) => Well with { Tables = [table] };

    private static DatabaseStats With(IndexStats index) =>
        Well with
        {
            Indexes = [index],
            UnusedIndexes = index.Scans == 0 ? [index] : [],
        };
}
