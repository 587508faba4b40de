using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Jobs.Database;

/// <summary>
/// Where the database is: <c>ConnectionStrings:Jobs</c>, or the embedded server, which it owns. The data source
/// depends on it, so that the container disposes the server after all who use it.
/// </summary>
internal sealed class DatabaseAddress(
    IConfiguration configuration,
    IOptions<JobsOptions> options,
    IOptions<EmbeddedPostgresOptions> embedded,
    ILogger<EmbeddedPostgres> logger,
    TimeProvider time
) : IAsyncDisposable
{
    /// <summary>Null where a server is configured.</summary>
    public EmbeddedPostgres? Embedded { get; } =
        string.IsNullOrWhiteSpace(configuration.GetConnectionString("Jobs"))
            ? new EmbeddedPostgres(In(embedded.Value, options.Value), logger, time)
            : null;

    public string ConnectionString =>
        Embedded?.ConnectionString ?? configuration.GetConnectionString("Jobs")!;

    /// <summary>
    /// <c>ConnectionStrings:JobsSession</c>: the server itself, where <see cref="ConnectionString"/> leads to a pooler;
    /// null where it does not.
    /// </summary>
    public string? SessionConnectionString { get; } =
        configuration.GetConnectionString("JobsSession") is { Length: > 0 } session
            ? session
            : null;

    public ValueTask DisposeAsync() => Embedded?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static EmbeddedPostgresOptions In(EmbeddedPostgresOptions embedded, JobsOptions options)
    {
        embedded.DataDirectory = options.DataDirectory!;
        return embedded;
    }
}
