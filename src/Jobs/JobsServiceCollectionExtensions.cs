using Jobs;
using Jobs.Batches;
using Jobs.Caching;
using Jobs.Engine;
using Jobs.Features;
using Jobs.Kinds;
using Jobs.Monitoring;
using Jobs.Monitoring.Samples;
using Jobs.Notifications;
using Jobs.Queues;
using Jobs.RateLimiting;
using Jobs.Recurring;
using Jobs.Tenancy;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

public static class JobsServiceCollectionExtensions
{
    /// <summary>Adds what submits, reads and steers batches. Kinds are added with <c>AddKind</c>, the database before.</summary>
    public static IServiceCollection AddBatches(this IServiceCollection services)
    {
        services
            .AddOptions<BatchOptions>()
            .BindConfiguration("Jobs:Batches")
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services
            .AddOptions<SharingOptions>()
            .BindConfiguration("Jobs")
            .Validate(
                o => o.Tenants.All(t => Tenant.IsName(t.Key) && t.Value.IsValid),
                "Jobs:Tenants: a name has 1 to 63 of a-z, 0-9, _ and -; Weight is 1 to 1000; MaxRunning is 1 or more, or absent."
            )
            .ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<KindRegistry>();
        services.AddSingleton<Notices>();
        services.AddSingleton<WorkSignal>();
        services.AddSingleton<DirectLeases>();
        services.AddSingleton<BatchChanges>();
        services.AddSingleton<Cancellations>();
        services.AddSingleton<LimitNotices>();
        services.AddOptions<FeatureOptions>().BindConfiguration(FeatureOptions.Section);
        services.AddSingleton<FeatureSwitches>();
        services.AddSingleton<FeatureStore>();
        services.AddSingleton<NotificationChanges>();
        services.TryAddSingleton<CacheSignal>();
        services.AddSingleton<MetricSignal>();
        services.AddSingleton<BatchSubmitter>();
        services.AddSingleton<BatchReader>();
        services.AddSingleton<BatchFeed>();
        services.AddSingleton<ItemReader>();
        services.AddSingleton<BatchSteering>();
        services.AddSingleton<BatchRetry>();
        services.AddSingleton<WorkerReader>();
        services.AddSingleton<QueueReader>();
        services.AddSingleton<PriorityPauses>();
        services.AddSingleton<ScheduleStore>();
        services.AddSingleton<ScheduleRunner>();
        services.AddWebhooks();
        services.AddHostedService<PartitionKeeper>();
        services.AddHostedService<TenantSettings>();
        services.AddHostedService<NoticeSender>();
        services.AddHostedService<NoticeListener>();
        return services;
    }

    /// <summary>Adds the worker: what leases, executes and settles chunks in this process.</summary>
    public static IServiceCollection AddWorker(this IServiceCollection services)
    {
        services
            .AddOptions<EngineOptions>()
            .BindConfiguration("Jobs:Engine")
            .ValidateDataAnnotations()
            .Validate(
                o => o.LeaseTime >= TimeSpan.FromSeconds(1),
                "Jobs:Engine:LeaseTime must be at least one second."
            )
            .Validate(
                o => o.PollInterval > TimeSpan.Zero,
                "Jobs:Engine:PollInterval must be more than zero."
            )
            .Validate(
                o => o.GracePeriod >= TimeSpan.Zero,
                "Jobs:Engine:GracePeriod must not be negative."
            )
            .Validate(
                o => o.NamesPriorities,
                "Jobs:Engine:Priorities must be some of high, normal and low, separated by commas."
            )
            .Validate<KindRegistry>(
                (o, kinds) => o.NamesKinds(kinds),
                "Jobs:Engine:Kinds names a kind that this process does not know."
            )
            .Validate(
                o => o.ScheduleGrace >= TimeSpan.Zero,
                "Jobs:Engine:ScheduleGrace must not be negative."
            )
            .Validate(
                o => o.BackoffBase > TimeSpan.Zero && o.BackoffMax >= o.BackoffBase,
                "Jobs:Engine:BackoffMax must be at least BackoffBase, and both more than zero."
            )
            .ValidateOnStart();
        services
            .AddOptions<JobsOptions>()
            .Configure<Configuration.IConfiguration>(
                (o, configuration) =>
                {
                    if (configuration["Jobs:Engine"] is { Length: > 0 } engine)
                    {
                        o.Engine = engine;
                    }
                }
            )
            .Validate<EngineName>(
                (o, engine) =>
                    string.Equals(o.Engine, engine.Name, StringComparison.OrdinalIgnoreCase),
                "Jobs:Engine must be Native, or Hangfire in a build with -p:WithHangfire=true."
            )
            .ValidateOnStart();
        services
            .AddOptions<Hosting.HostOptions>()
            .Configure<Options.IOptions<EngineOptions>>(
                (host, engine) =>
                {
                    host.ShutdownTimeout = engine.Value.GracePeriod + TimeSpan.FromSeconds(10);
                    // The worker drains while the web server still waits for its requests, not after it.
                    host.ServicesStopConcurrently = true;
                }
            );
        services.AddSingleton<ChunkLeaser>();
        services.AddSingleton<TenantShares>();
        services.AddMetrics();
        services.AddSingleton<EngineSamples>();
        services.AddSingleton<EngineMeter>();
        services.AddSingleton<Settler>();
        services.AddSingleton<RunningChunks>();
        services.AddSingleton<LeaseLoop>();
        services.AddSingleton<WorkerRegistry>();
        services.AddSingleton<Heartbeat>();
        services.AddSingleton<DueChunks>();
        services.AddSingleton<DueSchedules>();
        services.AddSingleton<DueBatches>();
        services.AddSingleton<DueWork>();
        services.AddSingleton<ChunkRunner>();
        services.TryAddSingleton<IDispatcher, NativeDispatcher>();
        services.TryAddSingleton(new EngineName(JobsOptions.NativeEngine));
        services.AddHostedService<WorkerService>();
        services.AddWebhookDelivery();
        return services;
    }
}
