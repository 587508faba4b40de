using Jobs.Kinds.Queries;
using Jobs.Kinds.Queries.Highlights;
using Jobs.Testing;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Kinds.Queries;

/// <summary>Many searches at once: what they share, and what each has for itself.</summary>
public sealed class SearchManyTests(TestDatabase database) : SearchTest(database)
{
    [Fact]
    public async Task Many_searches_share_their_round_trips_and_equal_ones_are_answered_once()
    {
        var requests = Enumerable
            .Range(0, 60)
            .Select(n => new SearchRequest(n % 2 == 0 ? $"garden tree{n}" : "\"old house\""))
            .ToList();
        var answers = new SearchAnswer?[requests.Count];
        await SearchAsync(new SearchRequest("garden"));
        using var commands = new CommandCount(Database);

        await Services
            .Get<SearchService>()
            .SearchAsync(KindServices.Tenant, requests, (i, r) => answers[i] = r.Answer, Token);

        commands.Count.ShouldBeLessThanOrEqualTo(8);
        answers.ShouldAllBe(a => a != null && a.Hits.Count > 0);
        answers.Where((_, i) => i % 2 == 1).Distinct().Count().ShouldBe(1);
    }

    [Fact]
    public async Task Words_that_are_known_are_as_many_as_fit_and_those_in_use_stay()
    {
        var words = Services.Get<WordLexemes>();
        async Task AskAsync(IEnumerable<string> some) =>
            await words.OfAsync([("simple", [.. some])], null, Token);

        for (var n = 0; n < 4; n++)
        {
            await AskAsync(["kept"]);
            await AskAsync(Enumerable.Range(n * 40_000, 40_000).Select(i => $"w{i}"));
        }
        using var commands = new CommandCount(Database);
        await AskAsync(["kept"]);

        commands.Count.ShouldBe(0);
        words.Count.ShouldBeLessThan(3 * WordLexemes.MostWords);
    }

    [Fact]
    public async Task A_search_that_takes_too_long_fails_alone()
    {
        await using var impatient = new KindServices(
            Database,
            ("Jobs:Search:Timeout", "00:00:00.200")
        );
        await using var other = await Database.DataSource.Requests.OpenConnectionAsync(Token);
        await using var transaction = await other.BeginTransactionAsync(Token);
        await using var hold = other.CreateCommand();
        // What is shown of hits cannot be read meanwhile, and a search without hits shows nothing.
        hold.CommandText = "lock table jobs.passages in access exclusive mode";
        await hold.ExecuteNonQueryAsync(Token);
        var results = new SearchResult?[4];

        await impatient
            .Get<SearchService>()
            .SearchAsync(
                KindServices.Tenant,
                [new("zebra"), new("garden"), new("xylophone"), new("zebra")],
                (i, result) => results[i] = result,
                Token
            );

        results[1]!.Value.Timeout.ShouldNotBeNull();
        foreach (var i in new[] { 0, 2, 3 })
        {
            results[i]!.Value.Answer!.Total.ShouldBe(0);
        }
        await Should.ThrowAsync<TimeoutException>(() =>
            impatient.Get<SearchService>().SearchAsync(KindServices.Tenant, new("garden"), Token)
        );
    }
}
