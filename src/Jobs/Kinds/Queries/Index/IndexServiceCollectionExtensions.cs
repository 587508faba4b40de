using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Jobs.Kinds.Queries.Index;

internal static class IndexServiceCollectionExtensions
{
    /// <summary>Adds the index, once: documents write it and queries read it.</summary>
    public static void AddSearchIndex(this IServiceCollection services)
    {
        if (services.Any(s => s.ServiceType == typeof(SearchIndex)))
        {
            return;
        }
        services.AddOptions<SearchOptions>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<SearchIndex>();
        services.AddSingleton<SegmentMaps>();
        services.AddSingleton<SegmentMerger>();
        services.AddSingleton<IndexCleanup>();
        services.AddSingleton<IndexKeeper>();
        services.AddHostedService(provider => provider.GetRequiredService<IndexKeeper>());
    }
}
