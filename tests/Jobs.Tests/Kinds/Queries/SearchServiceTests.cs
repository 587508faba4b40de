using System.Text.Json;
using Jobs.Kinds;
using Jobs.Kinds.Queries;
using Jobs.Kinds.Queries.Highlights;
using Jobs.Testing;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Kinds.Queries;

public sealed class SearchServiceTests(TestDatabase database)
    : IClassFixture<TestDatabase>,
        IAsyncLifetime
{
    private readonly KindServices services = new(database);
    private readonly Dictionary<Guid, string> names = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await services.ScalarAsync("delete from jobs.documents");
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
            var verdict = await services.UploadAsync(name + ".txt", content, tag);
            await services.RunAsync("document", verdict.Payload);
            names[verdict.DocumentId!.Value] = name;
        }
    }

    [Theory]
    [InlineData("apples", "apples")]
    [InlineData("an apple in the roof", "apples,house")]
    [InlineData("\"old trees\"", "apples")]
    [InlineData("\"old house\" garden", "house")]
    [InlineData("\"red apples grow on old trees in the garden\"", "apples")]
    [InlineData("\"garden the in trees old on grow apples red\"", "")]
    [InlineData("garden -\"red apples grow on old trees in the garden\"", "pears")]
    [InlineData("garden -pears", "apples")]
    [InlineData("garden -\"old trees\"", "pears")]
    [InlineData("apples or pears", "apples,pears")]
    [InlineData("\"red apples\" or roof -apples", "apples,house")]
    [InlineData("-apples", "")]
    [InlineData("the", "")]
    [InlineData("or", "")]
    [InlineData("!!! & | ' \\ <-> :*", "")]
    [InlineData("\"roof", "house")]
    public async Task Operators_filter_and_any_word_finds(string q, string expected)
    {
        var answer = await SearchAsync(new SearchRequest(q));

        answer
            .Hits.Select(h => names[h.DocumentId])
            .Order(StringComparer.Ordinal)
            .ShouldBe(expected.Split(',', StringSplitOptions.RemoveEmptyEntries));
        answer.Total.ShouldBe(answer.Hits.Count);
    }

    [Theory]
    [InlineData("haus")]
    [InlineData("\"alten häuser\"")]
    [InlineData("Häusern -winter")]
    public async Task A_document_is_found_by_the_words_of_its_own_language(string q)
    {
        var verdict = await services.UploadAsync(
            "stadt.html",
            "<html lang=\"de\"><body><p>Die alten Häuser der Stadt wurden im Frühjahr neu gestrichen, und ihre Dächer auch.</p></body></html>"
        );
        await services.RunAsync("document", verdict.Payload);

        var hits = (await SearchAsync(new SearchRequest(q))).Hits;

        hits.ShouldHaveSingleItem().DocumentId.ShouldBe(verdict.DocumentId!.Value);
    }

    [Fact]
    public async Task Highlights_are_safe_html()
    {
        var hit = (await SearchAsync(new SearchRequest("pears sweet"))).Hits.ShouldHaveSingleItem();

        hit.Highlights.ShouldHaveSingleItem()
            .ShouldStartWith("<mark>Pears</mark> are green &amp; <mark>sweet</mark>; ");
        hit.Title.ShouldBe("pears.txt");
    }

    [Fact]
    public void What_stands_beside_a_mark_is_escaped()
    {
        const string Text = "<i>\"mark's\" & end";

        Highlight
            .Of(Text, Words.Of(Text), [null, "mark", null, null])
            .ShouldBe(["&lt;i&gt;&quot;<mark>mark</mark>&#39;s&quot; &amp; end"]);
    }

    [Fact]
    public async Task Tags_limit_what_is_found_and_the_page_is_cut_from_the_whole()
    {
        (await SearchAsync(new SearchRequest("old", Tags: ["home"]))).Hits.Count.ShouldBe(1);
        (await SearchAsync(new SearchRequest("old", Tags: ["home", "fruit"]))).Hits.ShouldBeEmpty();
        var second = await SearchAsync(new SearchRequest("old garden", Limit: 1, Offset: 1));
        (second.Hits.Count, second.Total).ShouldBe((1, 3));
    }

    [Fact]
    public async Task Type_time_and_document_limit_what_is_found()
    {
        var apples = names.Single(n => n.Value == "apples").Key;
        var now = TimeProvider.System.GetUtcNow();
        var request = new SearchRequest("garden house");

        (await SearchAsync(request with { Types = ["text/plain", "text/html"] })).Total.ShouldBe(3);
        (await SearchAsync(request with { Types = ["text/html"] })).Total.ShouldBe(0);
        (
            await SearchAsync(request with { From = now.AddHours(-1), To = now.AddHours(1) })
        ).Total.ShouldBe(3);
        (await SearchAsync(request with { To = now.AddHours(-1) })).Total.ShouldBe(0);
        (await SearchAsync(request with { Documents = [apples] }))
            .Hits.ShouldHaveSingleItem()
            .DocumentId.ShouldBe(apples);
    }

    [Theory]
    [InlineData("gardne", "garden")]
    [InlineData("appels trees", "apples")]
    [InlineData("winnter", "winter")]
    [InlineData("hosue", "house")]
    // The mistake is in an ending that is no part of the stem.
    [InlineData("gardeninf", "garden")]
    [InlineData("rof", "roof")]
    public async Task A_mistyped_word_finds_what_was_meant(string q, string meant)
    {
        var answer = await SearchAsync(new SearchRequest(q));

        answer.Corrections!.ShouldHaveSingleItem();
        answer.Hits[0].Passage.ShouldContain(meant);
        answer.Hits[0].Highlights[0].ShouldContain("<mark>");
    }

    [Fact]
    public async Task A_correction_names_words()
    {
        var answer = await SearchAsync(new SearchRequest("Gardne house"));

        answer.Corrections!.ShouldHaveSingleItem().From.ShouldBe("gardne");
        answer.Corrections![0].To.ShouldBe("garden");
    }

    [Theory]
    [InlineData("garden wiht")]
    [InlineData("garden xq")]
    [InlineData("garden qzxqzxqzx")]
    [InlineData("garden zzz")]
    public async Task What_means_nothing_does_not_count_and_the_rest_is_found(string q)
    {
        var answer = await SearchAsync(new SearchRequest(q));

        answer.Corrections.ShouldBeNull();
        answer.Total.ShouldBe(2);
    }

    [Fact]
    public async Task Pages_are_cuts_of_one_order()
    {
        var whole = (await SearchAsync(new SearchRequest("garden old"))).Hits;
        var pages = new List<SearchHit>();
        for (var offset = 0; offset < 3; offset++)
        {
            pages.AddRange((await SearchAsync(new SearchRequest("garden old", 1, offset))).Hits);
        }

        pages.Select(h => h.DocumentId).ShouldBe(whole.Select(h => h.DocumentId));
    }

    [Fact]
    public async Task Many_searches_share_their_round_trips_and_equal_ones_are_answered_once()
    {
        var requests = Enumerable
            .Range(0, 60)
            .Select(n => new SearchRequest(n % 2 == 0 ? $"garden tree{n}" : "\"old house\""))
            .ToList();
        var answers = new SearchAnswer?[requests.Count];
        await SearchAsync(new SearchRequest("garden"));
        using var commands = new CommandCount(database);

        await services
            .Get<SearchService>()
            .SearchAsync(KindServices.Tenant, requests, (i, r) => answers[i] = r.Answer, Token);

        commands.Count.ShouldBeLessThanOrEqualTo(8);
        answers.ShouldAllBe(a => a != null && a.Hits.Count > 0);
        answers.Where((_, i) => i % 2 == 1).Distinct().Count().ShouldBe(1);
    }

    [Fact]
    public async Task Words_that_are_known_are_as_many_as_fit_and_those_in_use_stay()
    {
        var words = services.Get<WordLexemes>();
        async Task AskAsync(IEnumerable<string> some) =>
            await words.OfAsync([("simple", [.. some])], null, Token);

        for (var n = 0; n < 4; n++)
        {
            await AskAsync(["kept"]);
            await AskAsync(Enumerable.Range(n * 40_000, 40_000).Select(i => $"w{i}"));
        }
        using var commands = new CommandCount(database);
        await AskAsync(["kept"]);

        commands.Count.ShouldBe(0);
        words.Count.ShouldBeLessThan(3 * WordLexemes.MostWords);
    }

    [Fact]
    public async Task Another_tenant_finds_nothing()
    {
        var answer = await services
            .Get<SearchService>()
            .SearchAsync(KindServices.OtherTenant, new("garden"), Token);

        answer.Total.ShouldBe(0);
    }

    [Fact]
    public async Task A_query_item_answers_as_a_search_does()
    {
        var outcome = await services.RunAsync(
            "query",
            """{"q":"roof","limit":5,"customId":"c","other":1}"""
        );

        var answer = JsonDocument.Parse(outcome.Result).RootElement;
        answer.GetProperty("total").GetInt64().ShouldBe(1);
        answer.GetProperty("hits")[0].GetProperty("passage").GetString()!.ShouldContain("new roof");
        answer.GetProperty("hits")[0].TryGetProperty("page", out _).ShouldBeFalse();
    }

    [Theory]
    [InlineData("""{"q":""}""", "q")]
    [InlineData("""{}""", "q")]
    [InlineData("""{"q":5}""", "q")]
    [InlineData("""{"q":"a\u0000b"}""", "q")]
    [InlineData("""{"q":"a","limit":0}""", "limit")]
    [InlineData("""{"q":"a","limit":"x"}""", "limit")]
    [InlineData("""{"q":"a","tags":[1]}""", "tags[0]")]
    [InlineData("""{"q":"a","tags":[""]}""", "tags[0]")]
    [InlineData("""[]""", "$")]
    public async Task A_payload_that_breaks_a_rule_names_its_field_and_fails(
        string payload,
        string field
    )
    {
        var errors = services
            .Kind("query")
            .Handler.Validate(System.Text.Encoding.UTF8.GetBytes(payload));
        var outcome = await services.RunAsync("query", payload);

        errors.ShouldHaveSingleItem().Field.ShouldBe(field);
        outcome.Error!.Code.ShouldBe(ErrorCodes.InvalidItem);
    }

    [Fact]
    public async Task A_search_that_takes_too_long_fails_alone()
    {
        await using var impatient = new KindServices(
            database,
            ("Jobs:Search:Timeout", "00:00:00.200")
        );
        await using var other = await database.DataSource.Requests.OpenConnectionAsync(Token);
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

    public ValueTask DisposeAsync() => services.DisposeAsync();

    private Task<SearchAnswer> SearchAsync(SearchRequest request) =>
        services.Get<SearchService>().SearchAsync(KindServices.Tenant, request, Token);
}
