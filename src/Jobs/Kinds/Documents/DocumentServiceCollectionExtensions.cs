using Jobs.Kinds.Documents;
using Jobs.Kinds.Documents.Extraction;
using Jobs.Kinds.Queries.Index;

namespace Microsoft.Extensions.DependencyInjection;

public static class DocumentServiceCollectionExtensions
{
    /// <summary>Adds the kind <c>document</c> and what takes in, reads and deletes documents.</summary>
    public static IServiceCollection AddDocuments(this IServiceCollection services)
    {
        services.AddSearchIndex();
        services.AddSingleton<OriginalStore>();
        services.AddSingleton<DocumentStore>();
        services.AddSingleton<DocumentIntake>();
        services.AddSingleton<DocumentReader>();
        services.AddSingleton<ToolRun>();
        services.AddSingleton<ITextExtractor, PlainTextExtractor>();
        services.AddSingleton<ITextExtractor, MarkdownExtractor>();
        services.AddSingleton<ITextExtractor, HtmlExtractor>();
        services.AddSingleton<ITextExtractor, CsvExtractor>();
        services.AddSingleton<ITextExtractor, JsonExtractor>();
        services.AddSingleton<ITextExtractor, PdfExtractor>();
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
}
