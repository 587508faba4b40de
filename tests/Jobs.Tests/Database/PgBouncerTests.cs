using System.Collections.Concurrent;
using Jobs.Batches;
using Jobs.Database;
using Jobs.Kinds;
using Jobs.Testing;
using Jobs.Tests.Engine;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Database;

/// <summary>All that the engine does, through PgBouncer in transaction mode; only its listener has a session.</summary>
public sealed class PgBouncerTests : EngineTest
{
    private readonly ConcurrentQueue<int> executed = new();

    [Fact]
    public async Task Workers_share_batches_retry_what_fails_and_hear_of_work()
    {
        await Database.ScalarAsync<int>(
            "update jobs.tenants set max_running = 6 where id = $1",
            Stop,
            EngineHost.Tenant
        );
        await using var bouncer = await PgBouncer.StartAsync(Database.ConnectionString, Stop);
        await using var first = await ThroughAsync(bouncer);
        await using var second = await ThroughAsync(bouncer);
        await using var submitter = await ThroughAsync(bouncer, working: false);

        var limited = submitter.Draft() with { Concurrency = 8, Priority = Priority.High };
        var large = await submitter.SubmitAsync(20_000, Stop);
        var batches = await Task.WhenAll(
            Enumerable.Range(0, 100).Select(_ => submitter.SubmitAsync(3, Stop, limited))
        );

        foreach (var batch in batches.Prepend(large))
        {
            var ended = await submitter.WaitForEndAsync(batch.Id, Stop);
            ended.Outcome.ShouldBe(BatchOutcome.Succeeded);
            ended.Counts.Succeeded.ShouldBe(ended.Counts.Total);
        }
        // Of the large batch each tenth item but the first asked to be tried again.
        executed.Count.ShouldBe(20_000 + 1_999 + 300);
        (await Database.ScalarAsync<long>("select count(*) from jobs.chunks", Stop)).ShouldBe(0);
    }

    [Fact]
    public async Task Batches_are_steered_and_read()
    {
        await using var bouncer = await PgBouncer.StartAsync(Database.ConnectionString, Stop);
        await using var host = await ThroughAsync(bouncer, working: false);
        var batch = await host.SubmitAsync(2_000, Stop);

        await host.Get<BatchSteering>().PauseAsync(EngineHost.Tenant, batch.Id, Stop);
        (await host.ReadAsync(batch.Id, Stop)).State.ShouldBe(BatchState.Paused);
        await host.Get<BatchSteering>().ResumeAsync(EngineHost.Tenant, batch.Id, Stop);
        await using var worker = await ThroughAsync(bouncer);
        (await host.WaitForEndAsync(batch.Id, Stop)).Outcome.ShouldBe(BatchOutcome.Succeeded);

        (await host.ItemsAsync(batch.Id, Stop)).Count.ShouldBe(2_000);
    }

    private Task<EngineHost> ThroughAsync(PgBouncer bouncer, bool working = true) =>
        EngineHost.StartAsync(
            Database,
            new EngineHostOptions
            {
                Handle = (item, _) =>
                {
                    executed.Enqueue(item.Index);
                    return ValueTask.FromResult(
                        item is { Index: > 2, Attempt: 1 } && item.Index % 10 == 0
                            ? ItemOutcome.Failure(Transient)
                            : ItemOutcome.Success()
                    );
                },
                Kind = kind => kind.ItemsPerPage = 500,
                Engine = engine =>
                {
                    engine.Enabled = working;
                    // Work is heard of, or it is not done.
                    engine.PollInterval = TimeSpan.FromHours(1);
                },
                Services = services =>
                    services.AddSingleton(_ => new JobsDataSource(
                        new NpgsqlConnectionStringBuilder(bouncer.ConnectionString)
                        {
                            Pooling = true,
                        }.ConnectionString,
                        Database.ConnectionString
                    )),
            },
            Stop
        );
}
