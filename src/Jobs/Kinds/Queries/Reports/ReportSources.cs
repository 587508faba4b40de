using Jobs.Database;
using Jobs.Resilience;
using Microsoft.Extensions.Options;

namespace Jobs.Kinds.Queries.Reports;

/// <summary>The databases that reports read, each with a small pool of its own. Thread-safe; owns its pools.</summary>
public sealed class ReportSources : IAsyncDisposable
{
    /// <summary>What breakers before data sources are called.</summary>
    public const string Service = "reports";

    private const int OwnConnections = 4;
    private readonly Dictionary<string, ReportSource> sources = new(StringComparer.Ordinal);

    public ReportSources(JobsDataSource own, IOptions<ReportOptions> options, Breakers breakers)
    {
        // The service's own is looked after by what else needs it.
        sources[Report.OwnSource] = new ReportSource(
            own.SessionConnectionString,
            OwnConnections,
            "",
            // The files of the reports belong to whoever runs the service and its database.
            allowSuperuser: true,
            null
        );
        foreach (var (name, source) in options.Value.Sources)
        {
            sources[name] = new ReportSource(
                source.ConnectionString,
                source.MaxConnections,
                source.Role,
                source.AllowSuperuser,
                breakers.Get(Service, name)
            );
        }
    }

    public bool Has(string name) => sources.ContainsKey(name);

    internal ReportSource Get(string name) => sources[name];

    public async ValueTask DisposeAsync()
    {
        foreach (var source in sources.Values)
        {
            await source.DisposeAsync();
        }
    }
}
