using Jobs;
using Jobs.Database;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.Hosting;

public static class DatabaseServiceCollectionExtensions
{
    /// <summary>
    /// Adds the database: <see cref="JobsDataSource"/>, a factory of <see cref="JobsContext"/>,
    /// <see cref="DatabaseReadiness"/>. Where <c>ConnectionStrings:Jobs</c> is not set, an embedded server comes with
    /// it, which is up and migrated before any service of the host starts and is stopped after the last one.
    /// Call it before anything else that adds hosted services.
    /// </summary>
    public static IHostApplicationBuilder AddJobsDatabase(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        services
            .AddOptions<JobsOptions>()
            .BindConfiguration(JobsOptions.Section)
            .PostConfigure<IHostEnvironment>(
                (options, host) =>
                    options.DataDirectory = DataDirectory.Resolve(
                        options.DataDirectory,
                        host.ContentRootPath
                    )
            );
        services
            .AddOptions<EmbeddedPostgresOptions>()
            .BindConfiguration($"{JobsOptions.Section}:Postgres");
        services.AddSingleton<DatabaseReadiness>();
        services.AddSingleton<DatabaseAddress>();
        services.AddSingleton(provider =>
        {
            var address = provider.GetRequiredService<DatabaseAddress>();
            return new JobsDataSource(address.ConnectionString, address.SessionConnectionString);
        });
        services.AddPooledDbContextFactory<JobsContext>(
            (provider, options) =>
                options.UseJobs(provider.GetRequiredService<JobsDataSource>().Requests)
        );
        services.AddHostedService<DatabaseStartup>();
        return builder;
    }
}
