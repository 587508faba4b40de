using Hangfire;
using Hangfire.AspNetCore;
using Jobs;
using Jobs.Engine;
using Jobs.HangfireEngine;
using Microsoft.Extensions.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

public static class JobsHangfireServiceCollectionExtensions
{
    private const string Name = "Hangfire";

    /// <summary>Makes Hangfire the engine of this process where <c>Jobs:Engine</c> says so; else it changes nothing.</summary>
    public static IHostApplicationBuilder AddHangfireEngine(this IHostApplicationBuilder builder)
    {
        if (
            string.Equals(
                builder.Configuration["Jobs:Engine"],
                Name,
                StringComparison.OrdinalIgnoreCase
            )
        )
        {
            builder.Services.AddHangfireEngine();
        }
        return builder;
    }

    /// <summary>Makes Hangfire the engine of this process.</summary>
    public static IServiceCollection AddHangfireEngine(this IServiceCollection services)
    {
        services
            .AddOptions<HangfireOptions>()
            .BindConfiguration(HangfireOptions.Section)
            .ValidateDataAnnotations()
            .Validate(
                o => o.DueInterval >= TimeSpan.FromMilliseconds(50),
                "Jobs:Hangfire:DueInterval must be at least 50 milliseconds."
            )
            .Validate(
                o => o.Retention > TimeSpan.Zero,
                "Jobs:Hangfire:Retention must be more than zero."
            )
            .ValidateOnStart();
        services.AddOptions<JobsOptions>().Configure(o => o.Engine = Name);
        // The dashboard asks for them; everything else is made here.
        services.AddHangfire(_ => { });
        services.AddSingleton<HangfireStorage>();
        services.AddSingleton<JobStorage>(s => s.GetRequiredService<HangfireStorage>().Storage);
        services.AddSingleton<JobActivator>(s => new AspNetCoreJobActivator(
            s.GetRequiredService<IServiceScopeFactory>()
        ));
        services.AddSingleton<HangfirePreparation>();
        services.AddHostedService(s => s.GetRequiredService<HangfirePreparation>());
        services.AddSingleton<HangfireClient>();
        services.AddSingleton<Dispatches>();
        services.AddSingleton<RecurringSchedules>();
        services.AddSingleton(s => new ChunkJob(
            s.GetRequiredService<ChunkRunner>(),
            s.GetRequiredService<Dispatches>(),
            s.GetRequiredService<HangfireStorage>()
        ));
        services.AddSingleton(s => new ScheduleJob(s.GetRequiredService<RecurringSchedules>()));
        services.AddSingleton<IDispatcher, HangfireDispatcher>();
        services.AddSingleton(new EngineName(Name));
        services.AddSingleton(Dashboard.Part);
        return services;
    }
}
