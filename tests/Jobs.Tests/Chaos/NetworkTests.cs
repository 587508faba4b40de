using System.Text;
using Jobs.CrashHost;
using Jobs.Database;
using Jobs.Testing.Chaos;
using Npgsql;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Chaos;

/// <summary>Connections between workers and PostgreSQL fail in every way, with both ends alive.</summary>
public sealed class NetworkTests(ITestOutputHelper output) : ChaosTest(output)
{
    // Only a settlement carries what items that succeeded have in their results, only a lease the kinds that are free.
    private static readonly byte[] InSettle = Encoding.UTF8.GetBytes(CrashItem.Mark);

    [Fact]
    public async Task Nothing_is_lost_or_doubled_when_backends_are_terminated()
    {
        var random = NewRandom();
        var caller = await StartCallerAsync(Database.ConnectionString);
        await using var first = await StartWorkerAsync(Database.ConnectionString);
        await using var second = await StartWorkerAsync(Database.ConnectionString);
        // By a way of its own, so that it does not end itself; the caller's connections are not spared.
        await using var admin = NpgsqlDataSource.Create(Database.ConnectionString);
        var some = new Blow(
            "every other backend is terminated",
            async ct =>
            {
                await using var command = admin.CreateCommand(
                    """
                    select count(pg_terminate_backend(pid))
                    from pg_stat_activity
                    where datname = current_database() and pid <> pg_backend_pid() and hashint4(pid + $1) % 2 = 0
                    """
                );
                command.Parameters.Add(new() { Value = random.Next() / 2 });
                await command.ExecuteScalarAsync(ct);
            }
        );

        await StrikeAsync(caller, random, [.. Enumerable.Repeat(some, 8)]);
    }

    [Fact]
    public async Task Nothing_is_lost_or_doubled_when_the_network_fails()
    {
        var random = NewRandom();
        var caller = await StartCallerAsync(Database.ConnectionString);
        await using var near = TcpProxy.Start(Database.ConnectionString);
        await using var far = TcpProxy.Start(Database.ConnectionString);
        await using var first = await StartWorkerAsync(near.ConnectionString);
        await using var second = await StartWorkerAsync(far.ConnectionString);
        TcpProxy Any() => random.Next(2) == 0 ? near : far;
        Blow On(string name, Action<TcpProxy> strike) =>
            new(
                name,
                _ =>
                {
                    strike(Any());
                    return Task.CompletedTask;
                }
            );

        await StrikeAsync(
            caller,
            random,
            [
                On("connections are reset", proxy => proxy.Reset()),
                On("connections fall silent for ever", proxy => proxy.Silence()),
                On("connections are reset", proxy => proxy.Reset()),
                new Blow("the network of one worker stands still", _ => Still(near)),
            ],
            heal: _ =>
            {
                // What it did before it was cut off arrives now, and counts for nothing.
                near.Resume();
                return Task.CompletedTask;
            }
        );
    }

    [Fact]
    public async Task A_settlement_whose_answer_is_lost_counts_once()
    {
        var random = NewRandom();
        var caller = await StartCallerAsync(Database.ConnectionString);
        await using var proxy = TcpProxy.Start(Database.ConnectionString);
        await using var worker = await StartWorkerAsync(proxy.ConnectionString);
        var lost = new Blow(
            "the answer to a settlement is lost",
            ct => proxy.LoseAnswer(InSettle).WaitAsync(ct)
        );

        await StrikeAsync(caller, random, [.. Enumerable.Repeat(lost, 4)], items: 400);

        worker.Log.Entries.Count(e => e.Contains("is delayed")).ShouldBeGreaterThanOrEqualTo(4);
    }

    [Fact]
    public async Task Work_goes_on_when_no_notice_arrives()
    {
        var random = NewRandom();
        var caller = await StartCallerAsync(Database.ConnectionString);
        await using var proxy = TcpProxy.Start(Database.ConnectionString, deaf: true);
        await using var worker = await StartWorkerAsync(proxy.ConnectionString);
        // There is one to miss, though this worker may be awake when it comes.
        await using var notify = caller
            .Get<JobsDataSource>()
            .Requests.CreateCommand("select pg_notify('jobs_work', '')");
        await notify.ExecuteNonQueryAsync(Stop);

        await StrikeAsync(caller, random, [], items: 200);

        proxy.Swallowed.ShouldBeGreaterThan(0);
    }

    private static Task Still(TcpProxy proxy)
    {
        proxy.Stall();
        return Task.CompletedTask;
    }
}
