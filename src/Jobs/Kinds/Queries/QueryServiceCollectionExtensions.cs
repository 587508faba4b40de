using Jobs.Kinds.Queries;

namespace Microsoft.Extensions.DependencyInjection;

public static class QueryServiceCollectionExtensions
{
    /// <summary>Adds search and the kind <c>query</c>.</summary>
    public static IServiceCollection AddQueries(this IServiceCollection services)
    {
        services
            .AddOptions<SearchOptions>()
            .BindConfiguration(SearchOptions.Section)
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddSingleton<SearchService>();
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
