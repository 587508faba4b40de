using Jobs.Kinds.Queries;
using Jobs.Testing;
using Xunit;

namespace Jobs.Tests.Kinds.Queries;

/// <summary>Three documents to search in.</summary>
public abstract class SearchTest(TestDatabase database)
    : IClassFixture<TestDatabase>,
        IAsyncLifetime
{
    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected TestDatabase Database { get; } = database;

    protected KindServices Services { get; } = new(database);

    /// <summary>The documents, by their ids.</summary>
    protected Dictionary<Guid, string> Names { get; } = [];

    public async ValueTask InitializeAsync()
    {
        await Services.ScalarAsync("delete from jobs.documents");
        foreach (
            var (name, content, tag) in new[]
            {
                ("apples", "Red apples grow on old trees in the garden behind the house.", "fruit"),
                (
                    "pears",
                    "Pears are green & sweet; <b>trees</b> of pears stand in the garden.",
                    "fruit"
                ),
                ("house", "The old house needs a new roof before winter.", "home"),
            }
        )
        {
            var verdict = await Services.UploadAsync(name + ".txt", content, tag);
            await Services.RunAsync("document", verdict.Payload);
            Names[verdict.DocumentId!.Value] = name;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Services.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected Task<SearchAnswer> SearchAsync(SearchRequest request) =>
        Services.Get<SearchService>().SearchAsync(KindServices.Tenant, request, Token);
}
