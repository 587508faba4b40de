using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Jobs.Tests.Tenancy;

/// <summary>A host with the database and the tenancy, as Web has them.</summary>
internal static class TenancyHost
{
    public static IHost Build(
        string? connectionString,
        string folder,
        string? adminKey = null,
        TimeProvider? time = null
    )
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection([
            new("ConnectionStrings:Jobs", connectionString),
            new("Jobs:DataDirectory", folder),
            new("Jobs:AdminKey", adminKey),
        ]);
        builder.Logging.ClearProviders();
        if (time is not null)
        {
            builder.Services.AddSingleton(time);
        }
        builder.AddJobsDatabase();
        builder.Services.AddTenancy();
        return builder.Build();
    }

    public static async Task StopAndDisposeAsync(this IHost host, CancellationToken ct)
    {
        await host.StopAsync(ct);
        await ((IAsyncDisposable)host).DisposeAsync();
    }
}
