using Jobs.Database;
using Jobs.Tenancy;
using Jobs.Testing;
using Jobs.Tests.Tenancy;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Database;

public sealed class DatabaseStartupTests : IDisposable
{
    private readonly TestFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Without_a_connection_string_the_host_brings_its_own_database_and_stops_it_last()
    {
        var host = TenancyHost.Build(connectionString: null, _folder.Location);
        await host.StartAsync(Stop);
        host.Services.GetRequiredService<DatabaseReadiness>().IsReady.ShouldBeTrue();
        var factory = host.Services.GetRequiredService<IDbContextFactory<JobsContext>>();
        await using (var context = await factory.CreateDbContextAsync(Stop))
        {
            (await context.Set<Tenant>().CountAsync(Stop)).ShouldBe(2);
        }
        var file = Path.Combine(_folder.Location, "postgres/data/postmaster.pid");
        await host.StopAsync(Stop);
        File.Exists(file).ShouldBeTrue();
        await host.StopAndDisposeAsync(Stop);
        File.Exists(file).ShouldBeFalse();
    }

    [Fact]
    public async Task A_configured_database_that_is_down_does_not_keep_the_host_from_starting()
    {
        var options = new EmbeddedPostgresOptions
        {
            DataDirectory = _folder.Location,
            Durable = false,
        };
        string connectionString;
        await using (var server = await StartAsync(options))
        {
            connectionString = server.ConnectionString;
        }
        using var host = TenancyHost.Build(connectionString, _folder.Location);
        await host.StartAsync(Stop);
        var readiness = host.Services.GetRequiredService<DatabaseReadiness>();
        var admin = host.Services.GetRequiredService<AdminKey>();
        readiness.IsReady.ShouldBeFalse();

        await using var again = await StartAsync(options);
        await readiness.Migrated.WaitAsync(Stop);
        (await admin.KeyId.WaitAsync(Stop)).ShouldNotBe(Guid.Empty);
        await host.StopAsync(Stop);
    }

    [Fact]
    public async Task What_one_node_protects_another_can_read()
    {
        await using var database = await TestDatabase.CreateAsync(migrated: true, Stop);
        using var one = TenancyHost.Build(database.ConnectionString, _folder.Location);
        using var other = TenancyHost.Build(database.ConnectionString, _folder.Location);
        var secret = Protector(one).Protect("signed in");
        Protector(other).Unprotect(secret).ShouldBe("signed in");
    }

    private static IDataProtector Protector(IHost host) =>
        host.Services.GetRequiredService<IDataProtectionProvider>().CreateProtector("test");

    private static Task<EmbeddedPostgres> StartAsync(EmbeddedPostgresOptions options) =>
        EmbeddedPostgres.StartAsync(
            options,
            Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance,
            TimeProvider.System,
            Stop
        );
}
