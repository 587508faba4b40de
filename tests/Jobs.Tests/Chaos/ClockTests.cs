using Jobs.Batches;
using Jobs.Engine;
using Jobs.Testing;
using Jobs.Testing.Chaos;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Chaos;

/// <summary>The clocks of the workers disagree by hours: only that of the database counts.</summary>
public sealed class ClockTests(ITestOutputHelper output) : ChaosTest(output)
{
    [Fact]
    public async Task Leases_end_by_the_clock_of_the_database()
    {
        var random = NewRandom();
        var caller = await StartCallerAsync(Database.ConnectionString);
        await using var proxy = TcpProxy.Start(Database.ConnectionString);
        await using var ahead = await StartWorkerAsync(
            Database.ConnectionString,
            TimeSpan.FromHours(5)
        );
        await using var right = await StartWorkerAsync(Database.ConnectionString);
        await using var behind = await StartWorkerAsync(
            proxy.ConnectionString,
            TimeSpan.FromHours(-3)
        );
        var still = new Blow(
            "the network of the worker whose clock is behind stands still",
            _ =>
            {
                proxy.Stall();
                return Task.CompletedTask;
            }
        );

        await StrikeAsync(
            caller,
            random,
            [still],
            heal: async ct =>
            {
                // It may have held nothing when it was cut off.
                while (
                    await Database.ScalarAsync<bool>(IsThere, ct, behind.Get<Heartbeat>().Worker)
                )
                {
                    ct.ThrowIfCancellationRequested();
                }
                proxy.Resume();
            }
        );

        // The one that was cut off was taken for dead. Those that only have other clocks were not: a busy machine may be
        // late with a heartbeat once, but by a wrong clock they would be dead at every look.
        await behind.Log.WaitForAsync("was taken for dead", Stop);
        foreach (var worker in (EngineHost[])[ahead, right])
        {
            worker.Log.Entries.Count(e => e.Contains("was taken for dead")).ShouldBeLessThan(2);
        }
    }

    [Fact]
    public async Task What_starts_later_or_must_end_by_a_time_goes_by_the_clock_of_the_database()
    {
        await using var ahead = await StartWorkerAsync(
            Database.ConnectionString,
            TimeSpan.FromHours(5)
        );
        await using var behind = await StartWorkerAsync(
            Database.ConnectionString,
            TimeSpan.FromHours(-3)
        );
        var now = await Database.ScalarAsync<DateTime>("select now()", Stop);

        var later = await behind.SubmitAsync(
            1,
            Stop,
            behind.Draft() with
            {
                NotBefore = new DateTimeOffset(now, TimeSpan.Zero) + TimeSpan.FromHours(1),
            }
        );
        var limited = await behind.SubmitAsync(
            2,
            Stop,
            behind.Draft() with
            {
                ExpiresAfter = TimeSpan.FromMinutes(30),
                NotBefore = new DateTimeOffset(now, TimeSpan.Zero) + TimeSpan.FromHours(1),
            }
        );
        var first = await ahead.SubmitAsync([Item], Stop);
        await ahead.WaitForEndAsync(first.Id, Stop);

        // A look of each worker at what is due has come and gone with this one, which is due before the others.
        var soon = await ahead.SubmitAsync(
            [Item],
            Stop,
            ahead.Draft() with
            {
                NotBefore = new DateTimeOffset(now, TimeSpan.Zero) + TimeSpan.FromSeconds(1),
            }
        );
        (await ahead.WaitForEndAsync(soon.Id, Stop)).Outcome.ShouldBe(BatchOutcome.Succeeded);
        (await ahead.ReadAsync(later.Id, Stop)).State.ShouldBe(BatchState.Queued);
        (await ahead.ReadAsync(limited.Id, Stop)).State.ShouldBe(BatchState.Queued);
    }

    private const string IsThere = "select exists (select from jobs.workers where id = $1)";

    private const string Item = """{"Number":0,"Fate":"Succeed","Milliseconds":0}""";
}
