using Microsoft.Extensions.DependencyInjection;

namespace Jobs.Tests.Docs.Snippets;

/// <summary>The registrations that the documentation shows.</summary>
internal static class WordsRegistration
{
    public static void Add(IServiceCollection services)
    {
        services.AddKind<WordsHandler>("words");
    }

    public static void AddWithOptions(IServiceCollection services)
    {
        services.AddKind<WordsHandler>(
            "words",
            kind =>
            {
                kind.ItemsPerPage = 100;
                kind.Concurrency = 8;
                kind.MaxRunningPerWorker = 2;
                kind.ItemTimeout = TimeSpan.FromSeconds(10);
            }
        );
    }
}
