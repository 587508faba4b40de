using Jobs.Testing;
using Jobs.Testing.Chaos;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Chaos;

/// <summary>PostgreSQL goes away and comes back, after an orderly end and after none.</summary>
public sealed class PostgresRestartTests(ITestOutputHelper output) : ChaosTest(output)
{
    [Fact]
    public async Task Nothing_is_lost_or_doubled_when_PostgreSQL_restarts()
    {
        var random = NewRandom();
        using var folder = new TestFolder();
        await using var server = await ChaosServer.StartAsync(folder.Location, Stop);
        await using var caller = await StartCallerAsync(server.ConnectionString);
        // Long enough for a machine that has much else to do: nobody's heartbeat is late but for the restarts.
        var leaseTime = TimeSpan.FromSeconds(15);
        await using var first = await StartWorkerAsync(server.ConnectionString, default, leaseTime);
        await using var second = await StartWorkerAsync(
            server.ConnectionString,
            default,
            leaseTime
        );
        var fast = new Blow("PostgreSQL restarts fast", server.RestartFastAsync);
        var immediate = new Blow("PostgreSQL restarts immediately", server.RestartImmediateAsync);

        await StrikeAsync(caller, random, [fast, immediate, fast, immediate], leaseTime: leaseTime);

        // Nobody was dead, and nobody was taken for it.
        foreach (var worker in (EngineHost[])[first, second])
        {
            worker.Log.Entries.ShouldNotContain(e => e.Contains("Rescued"));
        }
    }
}
