using Jobs.Database;
using Jobs.Engine;
using Jobs.Monitoring;
using Jobs.Monitoring.Gauges;
using Jobs.Monitoring.Requests;
using Jobs.Monitoring.Samples;
using Jobs.Monitoring.Tallies;
using Jobs.Monitoring.Telemetry;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using OpenTelemetry;

namespace Microsoft.Extensions.DependencyInjection;

public static class MonitoringServiceCollectionExtensions
{
    /// <summary>Adds what measures this process, and writes it once a minute. Batches, cache and rate limits are added before.</summary>
    public static IServiceCollection AddMonitoring(this IServiceCollection services)
    {
        services.AddMetrics();
        services
            .AddOptions<MetricsOptions>()
            .BindConfiguration(MetricsOptions.Section)
            .ValidateDataAnnotations()
            .Validate(
                o => o.HasRetentions,
                $"{MetricsOptions.Section}: MinuteRetention must be at least 25 hours, HourRetention at least 2 days; each at least as long as the one before, DayRetention the longest."
            )
            .Validate(
                o => o.SlowRequest > TimeSpan.Zero,
                $"{MetricsOptions.Section}:SlowRequest must be more than zero."
            )
            .Validate(
                o => o.DatabaseInterval >= MetricsOptions.DefaultDatabaseInterval,
                $"{MetricsOptions.Section}:DatabaseInterval must be at least 15 s."
            )
            .ValidateOnStart();
        services.AddSingleton<RequestMetrics>();
        services.AddSingleton<ISampleSource>(s => s.GetRequiredService<RequestMetrics>());
        services.AddSingleton<ISampleSource>(s => s.GetRequiredService<EngineSamples>());
        services.AddSingleton<ISampleSource, CacheSamples>();
        services.AddSingleton<ISampleSource, ProcessSamples>();
        services.AddSingleton<SlowRequests>();
        services.AddSingleton<QueueSamples>();
        services.AddSingleton<SampleWriter>();
        services.AddSingleton<MetricSamples>();
        services.AddSingleton(s => new RequestReporter(
            s.GetRequiredService<MetricSamples>(),
            s.GetRequiredService<Sampler>(),
            s.GetRequiredService<RequestMetrics>(),
            s.GetRequiredService<SlowRequests>(),
            s.GetRequiredService<JobsDataSource>(),
            s.GetRequiredService<MetricSignal>(),
            s.GetRequiredService<Notices>()
        ));
        services.AddSingleton<DatabaseGauges>();
        services.AddHostedService(s => s.GetRequiredService<DatabaseGauges>());
        services
            .AddOptions<TelemetryOptions>()
            .BindConfiguration(TelemetryOptions.Section)
            .Validate(
                o => o.IsValid,
                $"{TelemetryOptions.Section}: OtlpEndpoint must be an address or empty, OtlpProtocol grpc or http/protobuf, TraceRatio 0 to 1, WorkerPort 0 to 65535, WorkerAddress an IP address."
            )
            .ValidateOnStart();
        services.AddSingleton(s => new ServiceTelemetry(
            s.GetRequiredService<DatabaseGauges>(),
            s.GetRequiredService<IOptions<TelemetryOptions>>(),
            s.GetServices<BaseExporter<System.Diagnostics.Activity>>()
        ));
        // Made with the host, so that it counts from the start.
        services.AddHostedService<TelemetryStart>();
        services.AddSingleton<Sampler>();
        services.AddHostedService(s => s.GetRequiredService<Sampler>());
        services.TryAddSingleton<TallyFold>();
        services.AddHostedService<TallyFolder>();
        return services;
    }
}
