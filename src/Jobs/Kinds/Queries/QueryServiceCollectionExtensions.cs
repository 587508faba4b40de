using Jobs.Caching;
using Jobs.Kinds.CacheWarming;
using Jobs.Kinds.Queries;
using Jobs.Kinds.Queries.Frequent;
using Jobs.Kinds.Queries.Highlights;
using Jobs.Kinds.Queries.Index;
using Jobs.Kinds.Queries.Ranking;
using Jobs.Kinds.Queries.Reports;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

public static class QueryServiceCollectionExtensions
{
    /// <summary>Adds search, its index, reports, and the kinds <c>query</c> and <c>warm</c>. Answers are kept by <c>AddCaching</c>.</summary>
    public static IServiceCollection AddQueries(this IServiceCollection services)
    {
        services
            .AddOptions<SearchOptions>()
            .BindConfiguration(SearchOptions.Section)
            .ValidateDataAnnotations()
            .Validate(
                o => o.CountInterval > TimeSpan.Zero && o.MostWarmDelay >= o.WarmDelay,
                "Jobs:Search:CountInterval must be more than zero, and MostWarmDelay at least WarmDelay."
            )
            .ValidateOnStart();
        services.AddSearchIndex();
        services.AddSingleton<IndexReader>();
        services.AddSingleton<TypoReader>();
        services.AddSingleton<TypoCorrector>();
        services.AddSingleton<PhraseCheck>();
        services.AddSingleton<WordLexemes>();
        services.AddSingleton<HitReader>();
        services.AddSingleton(provider => new SearchService(
            provider.GetRequiredService<IndexReader>(),
            provider.GetRequiredService<TypoCorrector>(),
            provider.GetRequiredService<PhraseCheck>(),
            provider.GetRequiredService<HitReader>(),
            provider.GetRequiredService<IOptions<SearchOptions>>(),
            provider.GetRequiredService<TimeProvider>()
        ));
        services.AddSingleton<QueryCounts>();
        services.AddSingleton(provider => new CachedSearch(
            provider.GetRequiredService<SearchService>(),
            provider.GetRequiredService<CacheStore>(),
            provider.GetRequiredService<QueryCounts>(),
            provider.GetRequiredService<TimeProvider>()
        ));
        services.AddSingleton<FrequentQueries>();
        services.AddSingleton<FrequentKeeper>();
        services.AddHostedService(provider => provider.GetRequiredService<FrequentKeeper>());
        services.AddSingleton<SearchWarmUp>();
        services.AddHostedService(provider => provider.GetRequiredService<SearchWarmUp>());
        services.AddReports();
        services.AddKind<WarmHandler>(
            "warm",
            kind =>
            {
                kind.ItemsPerPage = 50;
                kind.Concurrency = 2;
            }
        );
        return services.AddKind<QueryHandler>(
            "query",
            kind =>
            {
                kind.ItemsPerPage = 500;
                kind.Concurrency = 4;
            }
        );
    }
}
