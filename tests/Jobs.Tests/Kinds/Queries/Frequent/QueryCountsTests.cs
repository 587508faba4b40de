using Jobs.Kinds.Queries;
using Jobs.Kinds.Queries.Frequent;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Kinds.Queries.Frequent;

public sealed class QueryCountsTests
{
    private readonly QueryCounts counts = new();

    [Fact]
    public void What_is_asked_once_does_not_push_out_what_is_asked_often_nor_takes_ever_more_memory()
    {
        Ask("often", 50);
        for (var i = 0; i < 5 * QueryCounts.Most; i++)
        {
            Ask($"once {i}", 1);
        }

        counts.Held.ShouldBeLessThanOrEqualTo(QueryCounts.Most);
        counts.IsRepeated(1, "often").ShouldBeTrue();
        counts.Take(50).ShouldHaveSingleItem().Times.ShouldBe(50);
    }

    [Fact]
    public void A_search_is_taken_with_what_came_since_and_not_at_all_where_it_was_asked_once()
    {
        Ask("a", 2);
        Ask("b", 1);

        counts.Take(50).ShouldHaveSingleItem().ShouldBe(new Counted(1, "a", new("a"), 2));
        counts.Take(50).ShouldBeEmpty();
        Ask("b", 1);
        counts.Take(50).ShouldHaveSingleItem().ShouldBe(new Counted(1, "b", new("b"), 2));
    }

    [Fact]
    public void Of_a_tenant_the_most_frequent_are_taken_and_the_others_the_next_time()
    {
        foreach (var i in Enumerable.Range(2, 5))
        {
            Ask($"{i}", i);
        }

        counts.Take(2).Select(c => c.Name).ShouldBe(["6", "5"]);
        counts.Take(2).Select(c => c.Name).ShouldBe(["4", "3"]);
    }

    [Fact]
    public void A_search_that_names_hundreds_of_documents_is_not_held()
    {
        var documents = Enumerable
            .Range(0, 100)
            .Select(_ => Guid.CreateVersion7(TimeProvider.System.GetUtcNow()))
            .ToList();

        counts.Add(1, "long", new SearchRequest("a") { Documents = documents }, 5);

        counts.Held.ShouldBe(0);
    }

    private void Ask(string name, int times)
    {
        for (var i = 0; i < times; i++)
        {
            counts.Add(1, name, new SearchRequest(name));
        }
    }
}
