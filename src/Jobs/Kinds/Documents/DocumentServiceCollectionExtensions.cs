using Jobs.Database;
using Jobs.Kinds.Documents;
using Jobs.Kinds.Documents.Parsing;
using Jobs.Kinds.Queries.Index;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

public static class DocumentServiceCollectionExtensions
{
    /// <summary>Adds the kind <c>document</c> and what takes in, reads and deletes documents.</summary>
    public static IServiceCollection AddDocuments(this IServiceCollection services)
    {
        services.AddSearchIndex();
        services.AddBreakers();
        services
            .AddOptions<DocumentOptions>()
            .BindConfiguration(DocumentOptions.Section)
            .ValidateDataAnnotations()
            .Validate<IOptions<S3Options>>(
                (documents, s3) =>
                    documents.Originals != OriginalPlace.S3 || s3.Value.Bucket.Length > 0,
                $"{S3Options.Section}:Bucket is needed where {DocumentOptions.Section}:Originals is S3."
            )
            .ValidateOnStart();
        services.AddOptions<S3Options>().BindConfiguration(S3Options.Section);
        services.AddSingleton<DatabaseOriginals>();
        services.AddSingleton<S3Originals>();
        services.AddSingleton(CreateStore);
        services.AddSingleton<DocumentStore>();
        services.AddSingleton<DocumentIntake>();
        services.AddSingleton<DocumentReader>();
        services.AddSingleton<ParserSandbox>();
        services.AddSingleton<OcrBreaker>();
        services.AddSingleton<ParserPool>();
        return services.AddKind<DocumentHandler>(
            "document",
            kind =>
            {
                kind.ItemsPerPage = 1;
                kind.Concurrency = 1;
                kind.MaxRunningPerWorker = 3;
                kind.ItemTimeout = TimeSpan.FromMinutes(30);
                kind.SubmittedAsJson = false;
            }
        );
    }

    // The client of an object store is made only where a bucket is named.
    private static OriginalStore CreateStore(IServiceProvider provider)
    {
        List<IOriginalPlace> places = [provider.GetRequiredService<DatabaseOriginals>()];
        if (provider.GetRequiredService<IOptions<S3Options>>().Value.Bucket.Length > 0)
        {
            places.Add(provider.GetRequiredService<S3Originals>());
        }
        return new OriginalStore(
            places,
            provider.GetRequiredService<IOptions<DocumentOptions>>(),
            provider.GetRequiredService<JobsDataSource>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<OriginalStore>>()
        );
    }
}
