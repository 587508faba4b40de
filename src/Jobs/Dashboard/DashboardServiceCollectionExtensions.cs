using Jobs.Dashboard;

namespace Microsoft.Extensions.DependencyInjection;

public static class DashboardServiceCollectionExtensions
{
    /// <summary>Adds what reads the data of the dashboard. After <c>AddBatches</c> and with <c>AddMonitoring</c>.</summary>
    public static IServiceCollection AddDashboard(this IServiceCollection services)
    {
        services
            .AddOptions<DashboardOptions>()
            .BindConfiguration(DashboardOptions.Section)
            .Validate(
                o => o.ReplicaLag > TimeSpan.Zero,
                $"{DashboardOptions.Section}:ReplicaLag must be more than zero."
            )
            .ValidateOnStart();
        services.AddSingleton<DashboardSource>();
        services.AddSingleton<DashboardReader>();
        services.AddSingleton<StatisticsReader>();
        return services;
    }
}
