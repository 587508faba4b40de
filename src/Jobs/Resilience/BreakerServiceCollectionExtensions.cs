using Jobs.Resilience;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

public static class BreakerServiceCollectionExtensions
{
    /// <summary>Adds <see cref="Breakers"/>; may be called by each slice that needs them.</summary>
    public static IServiceCollection AddBreakers(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        if (services.Any(service => service.ServiceType == typeof(Breakers)))
        {
            return services;
        }
        services
            .AddOptions<BreakerOptions>()
            .BindConfiguration(BreakerOptions.Section)
            .ValidateDataAnnotations()
            .Validate(
                o => o.HasDurations,
                "Jobs:Breakers:SamplingDuration and BreakDuration must be from half a second to a day."
            )
            .ValidateOnStart();
        services.AddSingleton<Breakers>();
        return services;
    }
}
