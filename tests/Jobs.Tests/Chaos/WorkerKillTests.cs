using Jobs.Testing;
using Jobs.Testing.Chaos;
using Xunit;

namespace Jobs.Tests.Chaos;

/// <summary>Processes of workers die at any moment.</summary>
public sealed class WorkerKillTests(ITestOutputHelper output) : ChaosTest(output)
{
    private const int Workers = 3;
    private const int Kills = 5;

    [Fact]
    public async Task Nothing_is_lost_or_doubled_when_workers_are_killed()
    {
        var random = NewRandom();
        using var folder = new TestFolder();
        var caller = await StartCallerAsync(Database.ConnectionString);
        var workers = new List<HostProcess>();
        for (var i = 0; i < Workers; i++)
        {
            workers.Add(StartProcess(folder));
        }
        try
        {
            var one = new Blow(
                "a worker is killed and started again",
                async ct =>
                {
                    var victim = random.Next(Workers);
                    await workers[victim].KillAsync(ct);
                    workers[victim].Dispose();
                    workers[victim] = StartProcess(folder);
                }
            );
            var allButOne = new Blow(
                "all workers but one are killed at once",
                ct => Task.WhenAll(workers.Skip(1).Select(w => w.KillAsync(ct)))
            );
            await StrikeAsync(
                caller,
                random,
                [.. Enumerable.Repeat(one, Kills), allButOne],
                items: 1_000
            );
        }
        finally
        {
            workers.ForEach(w => w.Dispose());
        }
    }
}
