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
        EngineUnderTest.Add = services =>
            services
                .AddHangfireEngine()
                .Configure<HangfireOptions>(o => o.DueInterval = TimeSpan.FromMilliseconds(50));
    }
}
