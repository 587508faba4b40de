using Jobs.Database;
using Jobs.Monitoring.Samples;
using Jobs.RateLimiting;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

public static class RateLimitServiceCollectionExtensions
{
    /// <summary>Adds the <see cref="RateLimiter"/>, whose counters all processes share. After <c>AddBatches</c>.</summary>
    public static IServiceCollection AddRateLimiting(this IServiceCollection services)
    {
        services
            .AddOptions<RateLimitOptions>()
            .BindConfiguration(RateLimitOptions.Section)
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<RateLimitOptions>, RateLimitOptionsValidation>();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<DatabaseDoubt>();
        services.AddMetrics();
        services.AddSingleton<RateLimitMeter>();
        services.AddSingleton<RateLimitAdmissions>();
        services.AddSingleton<ISampleSource, RateLimitSamples>();
        services.AddSingleton<RateLimitRules>();
        services.AddSingleton<RateLimitStore>();
        services.AddSingleton<BudgetStore>();
        services.AddSingleton<SharedBudget>();
        services.AddSingleton(provider => new RateLimiter(
            provider.GetRequiredService<RateLimitRules>(),
            provider.GetRequiredService<SharedBudget>(),
            provider.GetRequiredService<RateLimitMeter>(),
            provider.GetRequiredService<IOptions<RateLimitOptions>>(),
            provider.GetRequiredService<TimeProvider>()
        ));
        services.AddHostedService(provider => provider.GetRequiredService<SharedBudget>());
        services.AddHostedService<RuleWatcher>();
        return services;
    }
}
