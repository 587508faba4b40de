using System.Globalization;
using Hangfire;
using Jobs.Kinds;
using Jobs.Testing;
using Shouldly;
using Xunit;

namespace Jobs.HangfireEngine.Tests;

/// <summary>Whatever becomes of a job, its chunk is done, and done once.</summary>
public sealed class LostJobTests : HangfireTest
{
    [Theory]
    [InlineData("deleted from the dashboard")]
    [InlineData("gone from the table")]
    [InlineData("never made")]
    public async Task A_chunk_whose_job_was_lost_gets_another(string how)
    {
        var (blocked, release) = (Signal(), Signal());
        var host = await StartAsync(Blocking(blocked, release));
        await host.SubmitAsync(1, Stop);
        await WithinPatienceAsync(blocked.Task);
        var batch = await host.SubmitAsync(3, Stop);
        await UntilAsync("select count(job_id) = 3 from jobs.dispatches");

        await LoseAsync(host, how);
        await host.Log.WaitForAsync("were lost", Stop);
        release.SetResult();
        var ended = await host.WaitForEndAsync(batch.Id, Stop);

        ended.Counts.Succeeded.ShouldBe(3);
        (await host.ItemsAsync(batch.Id, Stop)).ShouldAllBe(i => i.Attempts == 1);
    }

    [Fact]
    public async Task A_job_that_is_delivered_again_does_nothing_again()
    {
        var executed = 0;
        var host = await StartAsync(
            Handling(_ =>
            {
                Interlocked.Increment(ref executed);
                return ItemOutcome.Success();
            })
        );
        var batch = await host.SubmitAsync(1, Stop);
        await host.WaitForEndAsync(batch.Id, Stop);
        await UntilAsync("select bool_and(statename = 'Succeeded') from hangfire.job");
        var job = await Database.ScalarAsync<long>("select id from hangfire.job", Stop);

        Client(host).Requeue(job.ToString(CultureInfo.InvariantCulture)).ShouldBeTrue();
        await UntilAsync("select count(*) = 2 from hangfire.state where name = 'Succeeded'");

        executed.ShouldBe(1);
    }

    [Fact]
    public async Task A_dispatch_without_a_chunk_is_forgotten()
    {
        await Database.ScalarAsync<int>(
            """
            insert into jobs.dispatches (batch_id, chunk_id, tenant_id, kind, priority, again_at)
            values (gen_random_uuid(), 1, 2, 'work', 1, now() + interval '1 hour')
            """,
            Stop
        );

        await StartAsync();

        await UntilAsync("select count(*) = 0 from jobs.dispatches");
    }

    private async Task LoseAsync(EngineHost host, string how)
    {
        switch (how)
        {
            case "deleted from the dashboard":
                foreach (var id in await JobsAsync())
                {
                    Client(host).Delete(id).ShouldBeTrue();
                }
                break;
            case "gone from the table":
                await ClearAsync();
                break;
            default:
                // As a process leaves it that died between the choice and the job.
                await ClearAsync();
                await Database.ScalarAsync<int>(
                    "update jobs.dispatches set job_id = null, again_at = now()",
                    Stop
                );
                break;
        }
    }

    private Task ClearAsync() =>
        Database.ScalarAsync<int>(
            """
            with queued as (
                delete from hangfire.jobqueue where jobid in (select job_id from jobs.dispatches)
            )
            delete from hangfire.job where id in (select job_id from jobs.dispatches)
            """,
            Stop
        );

    private async Task<List<string>> JobsAsync()
    {
        var ids = await Database.ScalarAsync<long[]>(
            "select array_agg(job_id) from jobs.dispatches",
            Stop
        );
        return [.. ids!.Select(id => id.ToString(CultureInfo.InvariantCulture))];
    }

    // One slot: what comes later waits in Hangfire's queue.
    private static EngineHostOptions Blocking(
        TaskCompletionSource blocked,
        TaskCompletionSource release
    ) =>
        new()
        {
            Handle = async (_, token) =>
            {
                blocked.TrySetResult();
                await release.Task.WaitAsync(token);
                return ItemOutcome.Success();
            },
            Kind = kind => kind.ItemsPerPage = 1,
            Engine = engine => engine.Slots = 1,
        };
}
