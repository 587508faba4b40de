using Hangfire;
using Jobs.Engine;
using Jobs.Testing;
using Jobs.Tests.Engine;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;

namespace Jobs.HangfireEngine.Tests;

/// <summary>What tests of the engine Hangfire share: hosts of both engines, and a look at its jobs.</summary>
public abstract class HangfireTest : EngineTest
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(20);

    /// <summary>Starts a host that works by the native engine.</summary>
    protected Task<EngineHost> StartNativeAsync(EngineHostOptions? options = null) =>
        StartAsync(
            (options ?? new()) with
            {
                Services = services =>
                    services
                        .AddSingleton<IDispatcher, NativeDispatcher>()
                        .AddSingleton(new EngineName(JobsOptions.NativeEngine))
                        .Configure<JobsOptions>(o => o.Engine = JobsOptions.NativeEngine),
            }
        );

    /// <summary>Waits until Hangfire has its tables and works.</summary>
    protected static Task<string> WorkingAsync(EngineHost host) =>
        host.Log.WaitForAsync("Hangfire works with ", Stop);

    protected static BackgroundJobClient Client(EngineHost host) =>
        new(host.Get<HangfireStorage>().Storage);

    /// <summary>Waits until a query says true.</summary>
    protected async Task UntilAsync(string sql)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await Database.ScalarAsync<bool>(sql, Stop))
        {
            TimeProvider
                .System.GetElapsedTime(started)
                .ShouldBeLessThan(EngineHost.Patience, customMessage: sql);
            await Task.Delay(LookInterval, TimeProvider.System, Stop);
        }
    }
}
