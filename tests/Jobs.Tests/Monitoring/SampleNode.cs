using Jobs.Database;
using Jobs.Monitoring;
using Jobs.Monitoring.Requests;
using Jobs.Monitoring.Samples;
using Jobs.Queues;
using Jobs.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Jobs.Tests.Monitoring;

/// <summary>What measures requests, as one process among others on a database.</summary>
internal sealed class SampleNode : IDisposable
{
    private readonly ServiceProvider services = new ServiceCollection()
        .AddMetrics()
        .BuildServiceProvider();

    public SampleNode(TestDatabase database)
        : this(database.DataSource) { }

    public SampleNode(JobsDataSource database)
    {
        var options = Options.Create(new MetricsOptions());
        Requests = new RequestMetrics(
            services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>()
        );
        Signal = new MetricSignal();
        Slow = new SlowRequests(options, Signal);
        Notices = new Jobs.Engine.Notices();
        Engine = new EngineSamples();
        Sampler = new Sampler(
            new SampleWriter(database),
            [Requests, Engine],
            new QueueSamples(
                new QueueReader(database, TimeProvider.System),
                NullLogger<Sampler>.Instance
            ),
            DatabaseReadiness.Done(),
            Signal,
            options,
            TimeProvider.System,
            NullLogger<Sampler>.Instance
        );
        Samples = new MetricSamples(database);
        Reporter = new RequestReporter(Samples, Sampler, Requests, Slow, database, Signal, Notices);
    }

    public RequestMetrics Requests { get; }

    public MetricSignal Signal { get; }

    public SlowRequests Slow { get; }

    public Jobs.Engine.Notices Notices { get; }

    public EngineSamples Engine { get; }

    public Sampler Sampler { get; }

    public MetricSamples Samples { get; }

    public RequestReporter Reporter { get; }

    /// <summary>An endpoint of a program, as routing makes it.</summary>
    public static Endpoint Route(string pattern) =>
        new RouteEndpoint(
            _ => Task.CompletedTask,
            RoutePatternFactory.Parse(pattern),
            0,
            EndpointMetadataCollection.Empty,
            pattern
        );

    public void Dispose()
    {
        Sampler.Dispose();
        Signal.Dispose();
        services.Dispose();
    }
}
