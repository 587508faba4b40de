using Jobs.Dashboard;
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
}
