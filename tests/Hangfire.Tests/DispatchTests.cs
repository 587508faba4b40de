using System.Collections.Concurrent;
using Jobs.Batches;
using Jobs.Engine;
using Jobs.Kinds;
using Jobs.Testing;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Jobs.HangfireEngine.Tests;

/// <summary>What goes into Hangfire's queues, in what order, and what a person reads there.</summary>
public sealed class DispatchTests : HangfireTest
{
    [Fact]
    public async Task What_is_beyond_the_queue_takes_turns()
    {
        var executed = new ConcurrentQueue<Guid>();
        var (blocked, release) = (Signal(), Signal());
        var host = await StartAsync(
            new EngineHostOptions
            {
                Handle = async (item, token) =>
                {
                    executed.Enqueue(item.BatchId);
                    blocked.TrySetResult();
                    await release.Task.WaitAsync(token);
                    return ItemOutcome.Success();
                },
                Kind = kind => kind.ItemsPerPage = 1,
                Engine = engine => engine.Slots = 1,
                Services = services => services.Configure<HangfireOptions>(o => o.Ahead = 2),
            }
        );
        var large = await host.SubmitAsync(30, Stop);
        await WithinPatienceAsync(blocked.Task);
        await UntilAsync("select count(job_id) = 2 from jobs.dispatches");
        var small = await host.SubmitAsync(1, Stop);
        release.SetResult();
        await host.WaitForEndAsync(large.Id, Stop);

        executed.ToList().IndexOf(small.Id).ShouldBeInRange(1, 4);
    }

    [Fact]
    public async Task What_is_due_later_is_a_scheduled_job_and_says_what_it_is()
    {
        var host = await StartAsync();
        var batch = await host.SubmitAsync(
            3,
            Stop,
            host.Draft() with
            {
                Priority = Priority.High,
                NotBefore = TimeProvider.System.GetUtcNow() + TimeSpan.FromHours(1),
            }
        );
        await UntilAsync("select count(job_id) = 1 from jobs.dispatches");

        var monitoring = host.Get<HangfireStorage>().Storage.GetMonitoringApi();
        var (id, job) = monitoring.ScheduledJobs(0, 10).ShouldHaveSingleItem();
        (job.EnqueueAt - TimeProvider.System.GetUtcNow().UtcDateTime).TotalMinutes.ShouldBeInRange(
            58,
            61
        );
        job.Job.Queue.ShouldBe("jobs-1-high");
        job.Job.Args.Take(3).ShouldBe([batch.Id, job.Job.Args[1], EngineHost.Kind]);
        var parameters = monitoring.JobDetails(id).Properties;
        parameters["Batch"].ShouldContain(batch.Id.ToString());
        parameters["Chunk"].ShouldBe("\"page 0, 3 items, attempt 1\"");
    }

    [Fact]
    public async Task A_schedule_is_a_recurring_job_as_long_as_it_is_enabled()
    {
        await Database.ScalarAsync<int>(
            """
            insert into jobs.schedules (tenant_id, name, cron, time_zone, kind, items, next_at)
            values (2, 'reports', '30 4 1 * 1', 'Europe/Berlin', 'work', '{}', now() + interval '1 year')
            """,
            Stop
        );
        var host = await StartAsync(
            new() { Engine = engine => engine.PollInterval = TimeSpan.FromMilliseconds(100) }
        );
        await WorkingAsync(host);
        const string job = "recurring-job:jobs:default/reports";
        await UntilAsync(
            $"select count(*) = 2 from hangfire.hash where key like '{job}%' and field = 'TimeZoneId' and value = 'Europe/Berlin'"
        );
        await UntilAsync(
            $"select array_agg(value order by value) = array['30 4 * * 1', '30 4 1 * *'] from hangfire.hash where key like '{job}%' and field = 'Cron'"
        );

        await Database.ScalarAsync<int>("update jobs.schedules set enabled = false", Stop);

        await UntilAsync("select count(*) = 0 from hangfire.set where key = 'recurring-jobs'");
    }

    [Fact]
    public async Task A_tick_of_Hangfire_fires_the_schedule_once()
    {
        var host = await StartAsync();
        await StartAsync();
        await WorkingAsync(host);
        await Database.ScalarAsync<int>(
            """
            insert into jobs.schedules (tenant_id, name, cron, kind, items, next_at)
            values (2, 'reports', '0 0 1 1 *', 'work', '{}', now() + interval '1 year')
            """,
            Stop
        );
        await UntilAsync("select count(*) > 0 from hangfire.set where key = 'recurring-jobs'");
        var manager = new Hangfire.RecurringJobManager(host.Get<HangfireStorage>().Storage);

        // Not due: a tick that only Hangfire knows does nothing.
        manager.TriggerJob("jobs:default/reports");
        await UntilAsync("select count(*) = 1 from hangfire.state where name = 'Succeeded'");
        (await Database.ScalarAsync<long>("select count(*) from jobs.batches", Stop)).ShouldBe(0);
        await Database.ScalarAsync<int>("update jobs.schedules set next_at = now()", Stop);
        manager.TriggerJob("jobs:default/reports");
        manager.TriggerJob("jobs:default/reports");
        await UntilAsync("select count(*) >= 3 from hangfire.state where name = 'Succeeded'");

        await UntilAsync("select bool_and(finished_at is not null) from jobs.batches");
        (await Database.ScalarAsync<long>("select count(*) from jobs.batches", Stop)).ShouldBe(1);
    }

    [Theory]
    [InlineData("* * * * *", "* * * * *")]
    [InlineData("0 4 * * 1-5", "0 4 * * 1-5")]
    [InlineData("0 4 */2 * *", "0 4 */2 * *")]
    [InlineData("0 0 13 * 5", "0 0 13 * *;0 0 * * 5")]
    public void A_line_that_means_either_day_becomes_two(string line, string expected) =>
        string.Join(';', RecurringSchedules.Lines(line)).ShouldBe(expected);
}
