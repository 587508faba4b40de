using Jobs.Batches;
using Jobs.Engine;
using Jobs.Testing;
using Jobs.Tests.Engine;
using Npgsql;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Batches;

/// <summary>
/// What brings a chunk back while its batch is being paused: whichever of the two comes first, the chunk is held. The
/// first is kept from its commit until the second waits for it.
/// </summary>
public sealed class PauseRaceTests : EngineTest
{
    private const string Lease =
        "update jobs.chunks set state = 'leased', worker_id = $1, leased_at = now(), token = 1";

    private static readonly Guid Dead = Guid.CreateVersion7(TimeProvider.System.GetUtcNow());

    public static TheoryData<string, bool> Cases =>
        new(
            from way in (string[])["rescue", "disown", "hand back", "retry"]
            from pauseFirst in (bool[])[true, false]
            select (way, pauseFirst)
        );

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_chunk_that_comes_back_during_a_pause_is_held(string way, bool pauseFirst)
    {
        var host = await StartIdleAsync();
        var batch = await host.SubmitAsync(2, Stop);
        await Database.ScalarAsync<int>(Lease, Stop, Dead);
        var chunk = await Database.ScalarAsync<long>("select id from jobs.chunks", Stop);
        Func<NpgsqlConnection, Task> pause = c => PauseAsync(c, batch.Id);
        Func<NpgsqlConnection, Task> back = c => BackAsync(c, way, batch.Id, chunk);
        var (first, second) = pauseFirst ? (pause, back) : (back, pause);

        await using var one = await Database.DataSource.Requests.OpenConnectionAsync(Stop);
        await using var two = await Database.DataSource.Requests.OpenConnectionAsync(Stop);
        await using var earlier = await one.BeginTransactionAsync(Stop);
        await first(one);
        var later = second(two);
        await UntilOneWaitsForLockAsync(host);
        await earlier.CommitAsync(Stop);
        await later;

        (await host.ReadAsync(batch.Id, Stop)).State.ShouldBe(BatchState.Paused);
        (
            await Database.ScalarAsync<string>(
                "select string_agg(state, ',') from jobs.chunks",
                Stop
            )
        ).ShouldBe("held");
    }

    // As BatchSteering does: two statements, one transaction.
    private static async Task PauseAsync(NpgsqlConnection connection, Guid id)
    {
        await using var batch = new NpgsqlBatch(connection);
        foreach (var statement in (string[])[SteerStatements.Lock, SteerStatements.Pause])
        {
            batch.BatchCommands.Add(
                new NpgsqlBatchCommand(statement)
                {
                    Parameters =
                    {
                        new() { Value = EngineHost.Tenant },
                        new() { Value = id },
                    },
                }
            );
        }
        await batch.ExecuteNonQueryAsync(Stop);
    }

    private static async Task BackAsync(
        NpgsqlConnection connection,
        string way,
        Guid id,
        long chunk
    )
    {
        await using var command = way switch
        {
            "rescue" => Command(WorkerStatements.Rescue, Array.Empty<Guid>(), true),
            "disown" => Command(
                WorkerStatements.Disown,
                Dead,
                new[] { id },
                new[] { chunk },
                new[] { 1 }
            ),
            "hand back" => Settlement([3], 2, handBack: true, retry: false),
            _ => Settlement(null, 0, handBack: false, retry: true),
        };
        await command.ExecuteNonQueryAsync(Stop);

        NpgsqlCommand Settlement(byte[]? left, short leftCount, bool handBack, bool retry) =>
            Command(
                SettleStatement.Settle,
                new[] { id },
                new[] { chunk },
                new[] { 1 },
                new[] { 0 },
                new short[] { 1 },
                new short[] { 2 },
                new short[] { 0 },
                new short[] { 0 },
                new short[] { 0 },
                new string?[] { null },
                new string?[] { null },
                new byte[]?[] { left },
                new[] { leftCount },
                new[] { handBack },
                retry ? new[] { 1L } : [],
                retry ? new short[] { 2 } : [],
                retry ? new[] { 0L } : [],
                retry ? new[] { new byte[] { 3 } } : [],
                retry ? new short[] { 2 } : [],
                TimeSpan.FromDays(1),
                new[] { Dead }
            );

        NpgsqlCommand Command(string sql, params object[] values)
        {
            var made = new NpgsqlCommand(sql, connection);
            foreach (var value in values)
            {
                made.Parameters.Add(new() { Value = value });
            }
            return made;
        }
    }
}
