using Jobs.Database;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Jobs.Kinds.Queries.Reports;

/// <summary>The databases that reports read, each with a small pool of its own. Thread-safe; owns its pools.</summary>
public sealed class ReportSources : IAsyncDisposable
{
    private const int OwnConnections = 4;
    private readonly Dictionary<string, (Lazy<NpgsqlDataSource> Pool, string Role)> sources = new(
        StringComparer.Ordinal
    );

    public ReportSources(JobsDataSource own, IOptions<ReportOptions> options)
    {
        sources[Report.OwnSource] = (Pool(own.SessionConnectionString, OwnConnections), "");
        foreach (var (name, source) in options.Value.Sources)
        {
            sources[name] = (Pool(source.ConnectionString, source.MaxConnections), source.Role);
        }
    }

    public bool Has(string name) => sources.ContainsKey(name);

    /// <summary>A role to take in each transaction; empty for none.</summary>
    public string RoleOf(string name) => sources[name].Role;

    public ValueTask<NpgsqlConnection> OpenAsync(string name, CancellationToken ct) =>
        sources[name].Pool.Value.OpenConnectionAsync(ct);

    public async ValueTask DisposeAsync()
    {
        foreach (var (pool, _) in sources.Values.Where(s => s.Pool.IsValueCreated))
        {
            await pool.Value.DisposeAsync();
        }
    }

    // A session is reset before it is used again, whatever a report has set in it.
    private static Lazy<NpgsqlDataSource> Pool(string connectionString, int connections) =>
        new(() =>
        {
            var builder = new NpgsqlConnectionStringBuilder(connectionString)
            {
                MaxPoolSize = connections,
                NoResetOnClose = false,
                MaxAutoPrepare = 0,
                ApplicationName = "jobs-reports",
            };
            return NpgsqlDataSource.Create(builder);
        });
}
