using Jobs.Kinds.Queries;
using Jobs.Kinds.Queries.Frequent;
using Jobs.Testing;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Kinds.Queries;

/// <summary>What a process searches when it starts.</summary>
public sealed class SearchWarmUpTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_searches_for_tenants_that_have_documents_and_asks_nothing_in_their_name()
    {
        await using (var empty = new KindServices(database))
        {
            (await empty.Get<SearchWarmUp>().WarmAsync(Token)).ShouldBe(0);
        }
        await using var services = new KindServices(database);
        await services.ReadAsync("a.txt", "the lighthouse keeper trims the lamp"u8.ToArray());
        await services.ReadAsync("b.txt", "a b c"u8.ToArray());

        (await services.Get<SearchWarmUp>().WarmAsync(Token)).ShouldBe(1);

        services
            .Get<QueryCounts>()
            .Take(100)
            .ShouldAllBe(counted => counted.TenantId != KindServices.Tenant);
    }
}
