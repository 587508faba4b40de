using Jobs.Database;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Jobs.CrashHost;

/// <summary>
/// A worker as a user of the library writes one, with a kind whose items say what becomes of them, their worker's death
/// included. The clock of its machine is wrong by <c>Crash:Clock</c>. With <c>Crash:Measured</c> it measures itself, and
/// has a second kind, whose items use the cache.
/// </summary>
internal static class CrashHostProgram
{
    private static async Task Main(string[] arguments)
    {
        var builder = Host.CreateApplicationBuilder(arguments);
        var settings = builder.Configuration;
        builder.Services.AddSingleton<TimeProvider>(
            new ShiftedTime(settings.GetValue<TimeSpan>("Crash:Clock"))
        );
        // It joins a database that is migrated: it is there in half the time.
        builder
            .Services.AddSingleton(_ => new JobsDataSource(settings.GetConnectionString("Jobs")!))
            .AddSingleton(DatabaseReadiness.Done())
            .AddSingleton(new CrashSettings(settings.GetValue<bool>("Crash:Hold")));
        builder
            .Services.AddBatches()
            .AddWorker()
            .AddKind<CrashHandler>(
                CrashItem.Kind,
                kind => kind.Concurrency = settings.GetValue("Crash:Concurrency", 4)
            );
        if (settings.GetValue<bool>("Crash:Measured"))
        {
            builder
                .Services.AddCaching()
                .AddKind<CacheHandler>(CacheItem.Kind, kind => kind.Concurrency = 1)
                .AddMonitoring();
        }
#if HANGFIRE
        builder.AddHangfireEngine();
#endif
        await builder.Build().RunAsync();
    }
}
