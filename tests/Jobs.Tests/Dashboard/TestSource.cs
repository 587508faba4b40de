using Jobs.Dashboard;
using Jobs.Monitoring;
using Jobs.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Jobs.Tests.Dashboard;

internal static class TestSource
{
    /// <summary>What the dashboard reads of a test database, which has no replica.</summary>
    public static DashboardSource Of(TestDatabase database) =>
        new(
            new ConfigurationBuilder().Build(),
            database.DataSource,
            Options.Create(new DashboardOptions()),
            TimeProvider.System,
            NullLogger<DashboardSource>.Instance
        );

    /// <summary>What happened to a tenant's batches from so long ago until now.</summary>
    public static async Task<DashboardSeries> SeriesAsync(
        TestDatabase database,
        int tenant,
        TimeSpan age,
        TimeSpan bucket,
        CancellationToken cancellationToken
    )
    {
        await using var source = Of(database);
        var reader = new StatisticsReader(source, Options.Create(new MetricsOptions()));
        var now = TimeProvider.System.GetUtcNow();
        return await reader.SeriesAsync(
            tenant,
            DashboardSpan.Of(now - age, now, (int)bucket.TotalSeconds),
            cancellationToken
        );
    }
}
