using System.Text.Json;
using Jobs.Kinds;
using Jobs.Kinds.Queries;
using Jobs.Kinds.Queries.Highlights;
using Jobs.Testing;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Kinds.Queries;

/// <summary>What is found, in which order, and how it is shown.</summary>
public sealed class SearchServiceTests(TestDatabase database) : SearchTest(database)
{
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
            .Hits.Select(h => Names[h.DocumentId])
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
        var verdict = await Services.UploadAsync(
            "stadt.html",
            "<html lang=\"de\"><body><p>Die alten Häuser der Stadt wurden im Frühjahr neu gestrichen, und ihre Dächer auch.</p></body></html>"
        );
        await Services.RunAsync("document", verdict.Payload);

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
        var apples = Names.Single(n => n.Value == "apples").Key;
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
    public async Task Another_tenant_finds_nothing()
    {
        var answer = await Services
            .Get<SearchService>()
            .SearchAsync(KindServices.OtherTenant, new("garden"), Token);

        answer.Total.ShouldBe(0);
    }

    [Fact]
    public async Task A_query_item_answers_as_a_search_does()
    {
        var outcome = await Services.RunAsync(
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
        var errors = Services
            .Kind("query")
            .Handler.Validate(System.Text.Encoding.UTF8.GetBytes(payload));
        var outcome = await Services.RunAsync("query", payload);

        errors.ShouldHaveSingleItem().Field.ShouldBe(field);
        outcome.Error!.Code.ShouldBe(ErrorCodes.InvalidItem);
    }
}
