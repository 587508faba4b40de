using Jobs.Batches;
using Jobs.Kinds;
using Jobs.Queues;
using Jobs.Testing;
using Jobs.Tests.Engine;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Queues;

/// <summary>What waits, by priority and kind.</summary>
public sealed class QueueReaderTests : EngineTest
{
    [Fact]
    public async Task Every_item_that_is_left_is_counted_where_it_is()
    {
        var running = new SemaphoreSlim(0);
        var gate = Signal();
        var host = await StartAsync(
            new EngineHostOptions
            {
                Handle = async (item, cancellationToken) =>
                {
                    if (item.Index == 0)
                    {
                        running.Release();
                        await gate.Task.WaitAsync(cancellationToken);
                    }
                    return item.Index == 1 ? ItemOutcome.Failure("no", "Never.")
                        : item.Index == 2
                            ? ItemOutcome.Failure(
                                new ItemError("later", "In an hour.", true, TimeSpan.FromHours(1))
                            )
                        : ItemOutcome.Success();
                },
                Kind = kind => kind.ItemsPerPage = 10,
                Engine = engine => engine.Slots = 1,
            }
        );
        // One chunk runs: one item waits at the gate, one has failed, one comes again in an hour.
        var first = await host.SubmitAsync(10, Stop);
        await running.WaitAsync(Stop);
        var high = host.Draft() with { Priority = Priority.High };
        await host.SubmitAsync(25, Stop, high);
        await host.SubmitAsync(
            7,
            Stop,
            high with
            {
                NotBefore = TimeProvider.System.GetUtcNow().AddHours(1),
            }
        );
        var paused = await host.SubmitAsync(5, Stop, high);
        await host.Get<BatchSteering>().PauseAsync(EngineHost.Tenant, paused.Id, Stop);
        await host.SubmitAsync(3, Stop, high with { After = first.Id });
        await host.SubmitAsync(4, Stop, new BatchDraft(EngineHost.OtherTenant, high.Kind));

        var counts = await ReadAsync(host, EngineHost.Tenant);
        var highs = counts.Single(c => c.Priority == Priority.High);
        (highs.Ready, highs.Scheduled, highs.Held, highs.Running, highs.Failed).ShouldBe(
            (25, 7, 8, 0, 0)
        );
        highs.OldestAge.ShouldNotBeNull().ShouldBeGreaterThan(TimeSpan.Zero);
        highs.Kind.ShouldBe(EngineHost.Kind);
        highs.Exact.ShouldBeTrue();
        counts.Single(c => c.Priority == Priority.Normal).Running.ShouldBeGreaterThan(0);
        (await ReadAsync(host, null)).Sum(c => c.Ready).ShouldBe(25 + 4);
        (await ReadAsync(host, EngineHost.OtherTenant)).Sum(c => c.Ready).ShouldBe(4);

        gate.SetResult();
        // The one that is tried again in an hour keeps the first batch open.
        await host.WaitUntilAsync(first.Id, s => s.Counts.Done == 9, Stop);
        var normal = (await ReadAsync(host, EngineHost.Tenant)).Single(c =>
            c.Priority == Priority.Normal
        );
        (normal.Ready, normal.Scheduled, normal.Held, normal.Running, normal.Failed).ShouldBe(
            (0, 1, 0, 0, 1)
        );
        normal.OldestAge.ShouldBeNull();
    }

    [Fact]
    public async Task What_failed_counts_for_an_hour_after_the_end()
    {
        var host = await StartAsync(Handling(_ => ItemOutcome.Failure("no", "Never.")));
        var batch = await host.SubmitAsync(6, Stop);
        await host.WaitForEndAsync(batch.Id, Stop);

        (await ReadAsync(host, EngineHost.Tenant)).ShouldHaveSingleItem().Failed.ShouldBe(6);
        await Database.ScalarAsync<int>(
            "update jobs.batches set finished_at = finished_at - interval '2 hours'",
            Stop
        );

        (await ReadAsync(host, EngineHost.Tenant)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_queue_without_end_is_counted_up_to_a_bound_and_says_so()
    {
        var host = await StartIdleAsync();
        await Database.ScalarAsync<int>(
            """
            insert into jobs.batches (id, tenant_id, kind, priority, total, max_attempts, item_timeout_ms)
            select gen_random_uuid(), 2, 'work', n % 3, 1, 3, 1000 from generate_series(1, 12000) n
            """,
            Stop
        );

        var counts = await ReadAsync(host, EngineHost.Tenant);

        counts.Count.ShouldBe(3);
        foreach (var queue in counts)
        {
            queue.Exact.ShouldBeFalse();
            queue.Ready.ShouldBe((QueueReader.MostBatches / 3) + 1);
        }
    }

    [Fact]
    public async Task Many_who_ask_share_a_count()
    {
        var host = await StartIdleAsync();
        var reader = host.Get<QueueReader>();

        var first = await reader.ReadAsync(EngineHost.Tenant, Stop);
        var second = await reader.ReadAsync(EngineHost.Tenant, Stop);

        second.ShouldBeSameAs(first);
    }

    [Fact]
    public async Task A_priority_is_paused_and_its_resumption_wakes_the_workers_of_all_processes()
    {
        var host = await StartIdleAsync();
        var pauses = host.Get<PriorityPauses>();

        (await pauses.PauseAsync(Priority.Low, "a / b", Stop)).ShouldBeTrue();
        (await pauses.PauseAsync(Priority.Low, "c / d", Stop)).ShouldBeFalse();
        (await pauses.ListAsync(Stop)).ShouldHaveSingleItem().PausedBy.ShouldBe("a / b");

        await using var listener = new NpgsqlConnection(Database.ConnectionString);
        await listener.OpenAsync(Stop);
        var heard = new List<string>();
        listener.Notification += (_, e) => heard.Add(e.Channel);
        await using (var listen = new NpgsqlCommand("listen jobs_work", listener))
        {
            await listen.ExecuteNonQueryAsync(Stop);
        }
        (await pauses.ResumeAsync(Priority.Low, Stop)).ShouldBeTrue();
        (await listener.WaitAsync(EngineHost.Patience, Stop)).ShouldBeTrue();
        heard.ShouldAllBe(c => c == "jobs_work");
        (await pauses.ResumeAsync(Priority.Low, Stop)).ShouldBeFalse();
        (await pauses.ListAsync(Stop)).ShouldBeEmpty();
    }

    // A reader of its own each time: what is shared may be a second old.
    private static Task<IReadOnlyList<QueueCounts>> ReadAsync(EngineHost host, int? tenant) =>
        ActivatorUtilities
            .CreateInstance<QueueReader>(host.Get<IServiceProvider>())
            .ReadAsync(tenant, Stop);
}
