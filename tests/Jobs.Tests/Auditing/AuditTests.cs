using System.Net;
using Jobs.Auditing;
using Jobs.Batches;
using Jobs.Kinds.Cleanup;
using Jobs.Queues;
using Jobs.Tenancy;
using Jobs.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Auditing;

/// <summary>What the database keeps of acts, and what it refuses.</summary>
public sealed class AuditTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly Caller Somebody = new(
        2,
        "default",
        Guid.CreateVersion7(TimeProvider.System.GetUtcNow()),
        "key",
        Scopes.Admin
    );

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("update jobs.audit set actor = 'another'")]
    [InlineData("delete from jobs.audit")]
    [InlineData("truncate jobs.audit")]
    [InlineData(
        "select set_config('jobs.audit_retention', 'on', false); delete from jobs.audit where action = 'kept'"
    )]
    public async Task The_database_refuses_to_change_what_was_entered(string statement)
    {
        await EnterAsync("kept", "now()");

        (
            await Should.ThrowAsync<PostgresException>(() =>
                database.ScalarAsync<object>(statement, Stop)
            )
        ).SqlState.ShouldBe(PostgresErrorCodes.InsufficientPrivilege);
    }

    [Fact]
    public async Task Retention_deletes_what_is_old_in_steps_and_never_what_is_of_today()
    {
        await EnterAsync("old", "now() - interval '400 days'");
        await EnterAsync("old", "now() - interval '400 days'");
        await EnterAsync("young", "now() - interval '2 hours'");

        (await PruneAsync(1)).ShouldBe(1);
        var cleanup = new AuditCleanup(
            database.DataSource,
            Options.Create(new AuditOptions { Retention = TimeSpan.FromSeconds(1) })
        );
        (await cleanup.PruneAsync(Stop)).ShouldBe(1);

        (await CountAsync("old")).ShouldBe(0);
        (await CountAsync("young")).ShouldBe(1);
    }

    [Fact]
    public async Task An_act_is_entered_with_its_change_or_neither_is_there()
    {
        await using var host = await EngineHost.StartIdleAsync(database, new(), Stop);
        var act = Begin("queue.pause");

        (await host.Get<PriorityPauses>().PauseAsync(Priority.Low, "me", Stop)).ShouldBeTrue();
        act.IsEntered.ShouldBeTrue();
        (await CountAsync("queue.pause")).ShouldBe(1);

        // Nothing changed: nothing is entered as done.
        act = Begin("queue.pause");
        (await host.Get<PriorityPauses>().PauseAsync(Priority.Low, "me", Stop)).ShouldBeFalse();
        act.IsEntered.ShouldBeFalse();

        // The entry is refused: the change is undone.
        act = Begin("queue.resume");
        act.Target = "\0";
        await Should.ThrowAsync<PostgresException>(() =>
            host.Get<PriorityPauses>().ResumeAsync(Priority.Low, Stop)
        );
        (await CountAsync("queue.resume")).ShouldBe(0);
        (await host.Get<PriorityPauses>().ListAsync(Stop)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_flood_of_refused_calls_leaves_a_bounded_number_of_entries()
    {
        using var tally = new CallTally(
            new AuditTrail(database.DataSource),
            Options.Create(new AuditOptions()),
            TimeProvider.System,
            NullLogger<CallTally>.Instance
        );
        for (var i = 0; i < 1_000; i++)
        {
            var address = new IPAddress([10, 0, (byte)(i / 250), (byte)(i % 250)]);
            await tally.CountAsync(
                new AuditAct("flood", null, address, "r", () => null),
                AuditOutcome.Refused,
                401,
                now: true,
                Stop
            );
        }
        await tally.FlushAsync(Stop);

        (await CountAsync("flood")).ShouldBe(CallTally.MostCalls);
        (
            await database.ScalarAsync<long>(
                "select sum(count) from jobs.audit where action in ('flood', '*')",
                Stop
            )
        ).ShouldBe(1_000);
    }

    private static AuditAct Begin(string action) =>
        AuditAct.Current = new(action, null, IPAddress.Loopback, "r", () => Somebody);

    private Task<object?> EnterAsync(string action, string at) =>
        database.ScalarAsync<object>(
            $"insert into jobs.audit (at, action, outcome) values ({at}, '{action}', 'done')",
            Stop
        );

    private Task<int> PruneAsync(int most) =>
        database.ScalarAsync<int>(AuditStatements.Prune, Stop, TimeSpan.FromDays(365), most);

    private Task<long> CountAsync(string action) =>
        database.ScalarAsync<long>(
            "select count(*) from jobs.audit where action = $1",
            Stop,
            action
        );
}
