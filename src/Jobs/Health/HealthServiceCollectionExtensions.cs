using Jobs.Database;
using Jobs.Health;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

public static class HealthServiceCollectionExtensions
{
    /// <summary>Adds what knows how the service is. With <c>AddBatches</c>, <c>AddCaching</c>, <c>AddQueries</c> and <c>AddMonitoring</c>.</summary>
    public static IServiceCollection AddHealth(this IServiceCollection services)
    {
        services
            .AddOptions<HealthOptions>()
            .BindConfiguration(HealthOptions.Section)
            .Validate(
                o => o.Interval > TimeSpan.Zero,
                $"{HealthOptions.Section}:Interval must be more than zero."
            )
            .ValidateOnStart();
        services.TryAddSingleton<ConnectionPools>();
        services.AddSingleton<HealthExaminer>();
        services.AddSingleton<ResourceReader>();
        services.AddSingleton<HealthWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<HealthWatch>());
        return services;
    }
}
