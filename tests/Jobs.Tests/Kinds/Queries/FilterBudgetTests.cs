using Jobs.Kinds.Queries;
using Jobs.Kinds.Queries.Index;
using Jobs.Kinds.Queries.Ranking;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Kinds.Queries;

public sealed class FilterBudgetTests
{
    private readonly IndexState state = new([
        new SegmentInfo(1, 100, 1000, 10_000, ["english"], 0, false, 0),
    ]);

    [Fact]
    public void Of_a_long_phrase_the_rarest_words_are_read()
    {
        var plan = Plan(required: [Enumerable.Range(1, 30)]);

        FilterBudget.Apply(plan, state, 1_000);

        plan.Whole.ShouldBe(["w1", "w2", "w3", "w4"]);
        plan.NeedsText.ShouldBeTrue();
    }

    [Fact]
    public void The_words_of_a_forbidden_phrase_are_not_read()
    {
        var plan = Plan(forbidden: [Enumerable.Range(1, 3), Enumerable.Range(5, 1)]);

        FilterBudget.Apply(plan, state, 1_000);

        plan.Whole.ShouldBe(["w5"]);
    }

    [Fact]
    public void What_is_too_much_is_left_to_the_texts()
    {
        var plan = Plan(
            forbidden: [.. Enumerable.Range(1, 100).Select(n => Enumerable.Range(n, 1))]
        );
        plan.NeedsText.ShouldBeFalse();

        FilterBudget.Apply(plan, state, 100);

        plan.Whole.Sum(l => state[l]).ShouldBeLessThanOrEqualTo(100);
        plan.Whole.ShouldNotBeEmpty();
        plan.NeedsText.ShouldBeTrue();
        plan.IsPlain.ShouldBeFalse();
    }

    [Fact]
    public void What_is_within_bounds_stays_as_it_is()
    {
        var plan = Plan(required: [Enumerable.Range(1, 1)], forbidden: [Enumerable.Range(2, 1)]);

        FilterBudget.Apply(plan, state, 100);

        plan.Whole.ShouldBe(["w1", "w2"]);
        plan.NeedsText.ShouldBeFalse();
    }

    // The word wN is in N passages.
    private QueryPlan Plan(
        IEnumerable<int>[]? required = null,
        IEnumerable<int>[]? forbidden = null
    )
    {
        PlannedFilter Filter(IEnumerable<int> words)
        {
            var lexemes = words.Select(n => $"w{n}").ToList();
            foreach (var n in words)
            {
                state.AddSize($"w{n}", n * Posting.Bytes);
            }
            return new PlannedFilter([lexemes]);
        }
        List<PlannedFilter> must = [.. (required ?? []).Select(Filter)];
        List<PlannedFilter> mustNot = [.. (forbidden ?? []).Select(Filter)];
        var plan = new QueryPlan(new SearchRequest("q"));
        plan.Alternatives.Add(
            new PlannedAlternative(
                [],
                must,
                mustNot,
                "text",
                must.Concat(mustNot).Any(f => f.IsPhrase) ? "text" : null
            )
        );
        return plan;
    }
}
