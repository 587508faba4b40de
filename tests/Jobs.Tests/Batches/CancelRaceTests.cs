using Jobs.Batches;
using Jobs.Testing;
using Jobs.Tests.Engine;
using Npgsql;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Batches;

/// <summary>What others do with chunks while their batch is being cancelled: none is left behind.</summary>
public sealed class CancelRaceTests : EngineTest
{
    private const string Lease =
        "update jobs.chunks set state = 'leased', worker_id = gen_random_uuid(), leased_at = now(), token = 1";

    // As a lease does that began when the chunks were ready: it locks their newest version before it sees that they are held.
    private const string Look = "select from jobs.chunks c where c.state || '' = 'held' for update";

    [Theory]
    [InlineData(Look, "cancelled", 4, 0)]
    [InlineData(Lease, "cancelling", 0, 2)]
    public async Task A_chunk_that_somebody_has_locked_is_waited_for(
        string other,
        string state,
        int cancelled,
        int left
    )
    {
        var host = await StartIdleAsync(new() { Kind = kind => kind.ItemsPerPage = 2 });
        var batch = await host.SubmitAsync(4, Stop);
        var steering = host.Get<BatchSteering>();
        await steering.PauseAsync(EngineHost.Tenant, batch.Id, Stop);

        await using var connection = await Database.DataSource.Requests.OpenConnectionAsync(Stop);
        await using var transaction = await connection.BeginTransactionAsync(Stop);
        await using (var command = new NpgsqlCommand(other, connection))
        {
            await command.ExecuteNonQueryAsync(Stop);
        }
        var cancelling = steering.CancelAsync(EngineHost.Tenant, batch.Id, Stop);
        await UntilOneWaitsForLockAsync(host);
        await transaction.CommitAsync(Stop);

        (await cancelling).ShouldBe(SteerResult.Done);
        var status = await host.ReadAsync(batch.Id, Stop);
        status.State.ToName().ShouldBe(state);
        status.Counts.Cancelled.ShouldBe(cancelled);
        (await Database.ScalarAsync<long>("select count(*) from jobs.chunks", Stop)).ShouldBe(left);
    }
}
