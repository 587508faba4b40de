using Jobs.Caching;
using Jobs.Caching.Filling;
using Jobs.Caching.Memory;
using Jobs.Caching.Shared;
using Jobs.Caching.Subscriptions;
using Jobs.Database;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

public static class CachingServiceCollectionExtensions
{
    /// <summary>
    /// Adds the cache: <see cref="CacheStore"/>, and <see cref="HybridCache"/> for what belongs to no tenant. Needs
    /// the database and <c>AddBatches</c>, whose listener hears what other processes remove.
    /// </summary>
    public static IServiceCollection AddCaching(this IServiceCollection services)
    {
        services
            .AddOptions<CacheOptions>()
            .BindConfiguration(CacheOptions.Section)
            .ValidateDataAnnotations()
            .Validate(
                o => o.MaxBytes >= 2L * o.MaxValueBytes,
                "Jobs:Cache:MaxBytes must be at least twice MaxValueBytes."
            )
            .Validate(
                o => o.Patience > TimeSpan.Zero && o.PollInterval > TimeSpan.Zero,
                "Jobs:Cache:Patience and PollInterval must be more than zero."
            )
            .Validate(
                o => o.FillTime >= TimeSpan.FromSeconds(1),
                "Jobs:Cache:FillTime must be at least one second."
            )
            .Validate(
                o => o.Namespaces.All(n => CacheNamespaces.IsName(n.Key) && n.Value.IsValid),
                "Jobs:Cache:Namespaces: a name has 1 to 40 of a-z, 0-9, _ and -; Ttl is more than zero; Stale and FailSafe are not negative; none is more than seven days."
            )
            .ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<DatabaseDoubt>();
        services.TryAddSingleton<CacheSignal>();
        services.AddSingleton<CacheClock>();
        services.AddSingleton<CacheStatistics>();
        services.AddSingleton<CacheSerializers>();
        services.AddSingleton<FillTable>();
        services.AddSingleton<MemoryTier>();
        services.AddSingleton<DatabaseTime>();
        services.AddSingleton<SharedDatabase>();
        services.AddSingleton<SharedPersistence>();
        services.AddSingleton<SharedHealth>();
        services.AddSingleton<UnsentRemovals>();
        services.AddSingleton<RemovalNotifier>();
        services.AddSingleton<RemovalLog>();
        services.AddSingleton<PatientReads>();
        services.AddSingleton<SharedTier>();
        services.AddSingleton<CacheCounts>();
        services.AddSingleton<CacheRemover>();
        services.AddSingleton<CacheParts>();
        services.AddSingleton(provider => new CacheStore(
            provider.GetRequiredService<CacheParts>(),
            provider.GetRequiredService<CacheRemover>(),
            provider.GetRequiredService<IOptions<CacheOptions>>()
        ));
        services.TryAddSingleton<HybridCache>(provider =>
            provider.GetRequiredService<CacheStore>().Scope(CacheNamespaces.Default, tenantId: 0)
        );
        services.AddSingleton<CacheSubscriptions>();
        services.AddHostedService<RemovalFollower>();
        return services;
    }
}
