using System.Runtime.CompilerServices;
using Jobs.Engine;
using Jobs.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Jobs.HangfireEngine.Tests;

/// <summary>Makes Hangfire the engine of all tests here.</summary>
internal static class ModuleSetup
{
    [ModuleInitializer]
    internal static void Initialize()
    {
        ServerHolder.HoldWhenAsked();
        EngineUnderTest.Name = "Hangfire";
        // Hosts and processes of the web read it.
        Environment.SetEnvironmentVariable("Jobs__Engine", EngineUnderTest.Name);
        EngineUnderTest.DispatchedAsync = DispatchedAsync;
        EngineUnderTest.Add = services =>
            services
                .AddHangfireEngine()
                .Configure<HangfireOptions>(o => o.DueInterval = TimeSpan.FromMilliseconds(50));
    }

    private static async Task DispatchedAsync(TestDatabase database, CancellationToken ct)
    {
        while (
            await database.ScalarAsync<bool>(
                """
                select exists (
                    select
                    from jobs.chunks c
                    left join jobs.dispatches d on d.batch_id = c.batch_id and d.chunk_id = c.id
                    where c.state = 'ready' and d.job_id is null)
                """,
                ct
            )
        )
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, ct);
        }
    }
}
