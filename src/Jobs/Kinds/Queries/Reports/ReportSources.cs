using Jobs.Database;
using Jobs.Resilience;
using Microsoft.Extensions.Options;

namespace Jobs.Kinds.Queries.Reports;

/// <summary>The databases that reports read, each with a small pool of its own. Thread-safe; owns its pools.</summary>
public sealed class ReportSources : IAsyncDisposable
{
    /// <summary>What breakers before data sources are called.</summary>
    public const string Service = "reports";

    private readonly Dictionary<string, ReportSource> sources = new(StringComparer.Ordinal);

    public ReportSources(JobsDataSource own, IOptions<ReportOptions> options, Breakers breakers)
    {
        // The service's own is looked after by what else needs it.
        sources[Report.OwnSource] = new ReportSource(
            Report.OwnSource,
            options.Value.Sources.TryGetValue(Report.OwnSource, out var configured)
                ? configured
                : new ReportSourceOptions(),
            new ReportAccess(own),
            null
        );
        foreach (var (name, source) in options.Value.Sources.Where(s => s.Key != Report.OwnSource))
        {
            sources[name] = new ReportSource(name, source, null, breakers.Get(Service, name));
        }
    }

    internal IReadOnlyCollection<ReportSource> All => sources.Values;

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
