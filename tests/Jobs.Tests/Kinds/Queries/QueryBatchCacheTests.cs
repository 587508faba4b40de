using System.Text;
using System.Text.Json;
using Jobs.Kinds;
using Jobs.Testing;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Kinds.Queries;

/// <summary>Items of batches and the cache.</summary>
public sealed class QueryBatchCacheTests(TestDatabase database)
    : IClassFixture<TestDatabase>,
        IAsyncLifetime
{
    private KindServices services = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        services = await KindServices.StartAsync(database);
        await services.ScalarAsync(
            "with d as (delete from jobs.documents) delete from jobs.cache_entries"
        );
        await AddAsync("A heron stands in the reeds.");
    }

    [Fact]
    public async Task A_chunk_is_answered_from_the_cache_in_one_round_trip_and_says_so()
    {
        var queries = Enumerable.Range(0, 200).Select(n => $"heron word{n}").ToList();
        await AskAsync(services, [.. queries, .. queries]);
        await using var other = await KindServices.StartAsync(database);
        using var commands = new CommandCount(database);

        var answers = await AskAsync(other, queries);

        commands.Count.ShouldBe(1);
        answers.ShouldAllBe(a => a.GetProperty("cache").GetString() == "hit");
        answers.ShouldAllBe(a => a.GetProperty("total").GetInt32() == 1);
    }

    [Fact]
    public async Task What_was_searched_says_nothing_of_a_cache_and_the_next_time_it_is_found()
    {
        var first = await AskAsync(services, ["heron"]);
        var second = await AskAsync(services, ["heron"]);

        first[0].TryGetProperty("cache", out _).ShouldBeFalse();
        second[0].GetProperty("cache").GetString().ShouldBe("hit");
    }

    [Fact]
    public async Task What_is_asked_once_is_not_written_into_the_database()
    {
        await AskAsync(services, ["reeds", "heron", "heron"]);

        (await services.ScalarAsync("select count(*) from jobs.cache_entries")).ShouldBe(1L);
    }

    [Fact]
    public async Task After_a_document_has_come_all_is_searched_anew()
    {
        await AskAsync(services, ["heron", "heron"]);
        await AddAsync("Another heron flies.");

        var answer = (await AskAsync(services, ["heron"]))[0];

        answer.TryGetProperty("cache", out _).ShouldBeFalse();
        answer.GetProperty("total").GetInt32().ShouldBe(2);
    }

    [Fact]
    public async Task Items_are_answered_without_the_database_of_the_cache()
    {
        await using var alone = new KindServices(database, ("Jobs:Cache:Shared", "false"));

        (await AskAsync(alone, ["heron"]))[0].GetProperty("total").GetInt32().ShouldBe(1);
        (await AskAsync(alone, ["heron"]))[0].GetProperty("cache").GetString().ShouldBe("hit");
    }

    public ValueTask DisposeAsync() => services.DisposeAsync();

    private async Task AddAsync(string text)
    {
        var verdict = await services.UploadAsync("a.txt", text);
        (await services.RunAsync("document", verdict.Payload)).Error.ShouldBeNull();
    }

    private static async Task<JsonElement[]> AskAsync(
        KindServices node,
        IReadOnlyList<string> queries
    )
    {
        var answers = new JsonElement[queries.Count];
        var items = queries
            .Select(
                (q, i) =>
                    new Item(
                        KindServices.Tenant,
                        Guid.Empty,
                        i,
                        1,
                        Encoding.UTF8.GetBytes($$"""{"q":"{{q}}"}""")
                    )
            )
            .ToList();
        await ((IBulkHandler)node.Kind("query").Handler).HandleAsync(
            items,
            (i, outcome) => answers[i] = JsonElement.Parse(outcome.Result.Span),
            Token
        );
        return answers;
    }
}
