using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Jobs.Kinds.Queries.Reports;

internal static class ReportServiceCollectionExtensions
{
    public static void AddReports(this IServiceCollection services)
    {
        services
            .AddOptions<ReportOptions>()
            .BindConfiguration(ReportOptions.Section)
            .Validate(
                o => o.Sources.Values.All(IsValid),
                "Jobs:Reports:Sources: each has a ConnectionString, and MaxConnections from 1 to 100."
            )
            .ValidateOnStart();
        services.AddBreakers();
        services.AddSingleton<ReportSources>();
        services.AddSingleton<ReportCare>();
        services.AddSingleton<ReportRunner>();
        services.AddSingleton(provider => new ReportCatalog(
            provider.GetRequiredService<ReportSources>(),
            provider.GetRequiredService<IOptions<ReportOptions>>(),
            // A process that embeds the library need not be a host.
            provider.GetService<IHostEnvironment>(),
            provider.GetRequiredService<ILogger<ReportCatalog>>()
        ));
    }

    private static bool IsValid(ReportSourceOptions source)
    {
        try
        {
            return source.MaxConnections is >= 1 and <= 100
                && new NpgsqlConnectionStringBuilder(source.ConnectionString).Host is not null;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
