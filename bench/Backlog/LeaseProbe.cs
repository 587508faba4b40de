using System.Diagnostics;
using System.Text.Json.Nodes;
using Jobs.Bench.Engine;
using Jobs.Database;
using Jobs.Engine;
using Npgsql;

namespace Jobs.Bench.Backlog;

/// <summary>Leases as a worker does, on one connection, with the statement and the settings of the product.</summary>
internal sealed class LeaseProbe : IAsyncDisposable
{
    private static readonly string[] Kinds = ["noop"];
    private static readonly short[] Priorities = [0, 1, 2];
    private static readonly int[] NoLimits = [0];
    private const double Cost = 0.01;
    private const int TurnsPerAgedTurn = 4;
    private readonly Guid worker = Guid.CreateVersion7(TimeProvider.System.GetUtcNow());
    private readonly EngineOptions options = new();
    private readonly Dictionary<int, int> turns = [];
    private readonly JobsDataSource source;
    private readonly NpgsqlConnection connection;

    private LeaseProbe(JobsDataSource source, NpgsqlConnection connection)
    {
        this.source = source;
        this.connection = connection;
    }

    public static async Task<LeaseProbe> OpenAsync(BenchDatabase database)
    {
        var source = new JobsDataSource(database.ConnectionString);
        var probe = new LeaseProbe(source, await source.Engine.OpenConnectionAsync());
        await using var register = new NpgsqlCommand(
            """
            insert into jobs.workers (
                id, host, process_id, place, process_started, version, slots, kinds, lease_until)
            values ($1, 'bench', 0, '', 0, '', 8, array['noop'], 'infinity')
            """,
            probe.connection
        )
        {
            Parameters = { new() { Value = probe.worker } },
        };
        await register.ExecuteNonQueryAsync();
        return probe;
    }

    /// <summary>Leases so many chunks, and takes them away as a settlement would. Returns how long the lease took, in milliseconds.</summary>
    public async Task<double> LeaseAsync(int count)
    {
        var leased = 0;
        var begin = Stopwatch.GetTimestamp();
        await using (var lease = Command(LeaseStatements.Lease, count))
        await using (var row = await lease.ExecuteReaderAsync())
        {
            while (await row.ReadAsync())
            {
                leased++;
                _ = row.GetFieldValue<byte[]>(14);
                if (leased == 1)
                {
                    foreach (var waiting in row.GetFieldValue<int[]>(19))
                    {
                        turns.TryAdd(waiting, 0);
                    }
                }
                turns[row.GetInt32(7)]++;
            }
        }
        var took = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
        if (leased != count)
        {
            throw new InvalidOperationException($"{leased} chunks instead of {count}.");
        }
        await using var settle = new NpgsqlCommand(
            "delete from jobs.chunks where state = 'leased' and worker_id = $1",
            connection
        )
        {
            Parameters = { new() { Value = worker } },
        };
        await settle.ExecuteNonQueryAsync();
        return took;
    }

    /// <summary>The pages that one lease touches, and its plan; nothing is leased by it.</summary>
    public async Task<(long Buffers, string Plan)> ExplainAsync(int count)
    {
        await using var transaction = await connection.BeginTransactionAsync();
        await using var json = Command(
            $"explain (analyze, buffers, format json) {LeaseStatements.Lease}",
            count
        );
        var root = JsonNode.Parse((string)(await json.ExecuteScalarAsync())!)![0]!["Plan"]!;
        await transaction.RollbackAsync();

        await using var again = await connection.BeginTransactionAsync();
        await using var text = Command(
            $"explain (analyze, buffers) {LeaseStatements.Lease}",
            count
        );
        var lines = new List<string>();
        await using (var row = await text.ExecuteReaderAsync())
        {
            while (await row.ReadAsync())
            {
                lines.Add(row.GetString(0));
            }
        }
        await again.RollbackAsync();
        return (
            root["Shared Hit Blocks"]!.GetValue<long>()
                + root["Shared Read Blocks"]!.GetValue<long>(),
            string.Join('\n', lines)
        );
    }

    public async ValueTask DisposeAsync()
    {
        await connection.DisposeAsync();
        await source.DisposeAsync();
    }

    // Every tenant is charged the same for each of its chunks: they take turns.
    private NpgsqlCommand Command(string sql, int count) =>
        new(sql, connection)
        {
            Parameters =
            {
                new() { Value = worker },
                new() { Value = Kinds },
                new() { Value = new[] { count } },
                new() { Value = NoLimits },
                new() { Value = count },
                new() { Value = Priorities },
                new() { Value = turns.Keys.ToArray() },
                new() { Value = turns.Values.Select(t => t * Cost).ToArray() },
                new() { Value = turns.Values.Select(_ => Cost).ToArray() },
                new() { Value = turns.Values.Select(t => t % TurnsPerAgedTurn == 0).ToArray() },
                new() { Value = 0d },
                new() { Value = Cost },
                new() { Value = options.NormalHeadStart },
                new() { Value = options.LowHeadStart },
                new() { Value = 0 },
                new() { Value = false },
                new() { Value = long.MinValue },
            },
        };
}
