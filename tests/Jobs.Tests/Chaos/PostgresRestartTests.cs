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
        await using var first = await StartWorkerAsync(server.ConnectionString);
        await using var second = await StartWorkerAsync(server.ConnectionString);
        var fast = new Blow("PostgreSQL restarts fast", server.RestartFastAsync);
        var immediate = new Blow("PostgreSQL restarts immediately", server.RestartImmediateAsync);

        await StrikeAsync(caller, random, [fast, immediate, fast, immediate]);

        // Nobody was dead, and nobody was taken for it.
        foreach (var worker in (EngineHost[])[first, second])
        {
            worker.Log.Entries.ShouldNotContain(e => e.Contains("Rescued"));
        }
    }
}
