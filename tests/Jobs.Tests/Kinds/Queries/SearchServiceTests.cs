using System.Text.Json;
using Jobs.Kinds;
using Jobs.Kinds.Queries;
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
        await services.ScalarAsync("truncate jobs.documents, jobs.blobs cascade");
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
        Highlight
            .ToHtml("no mark\u0003<i>\u0001a&b\u0002\"'")
            .ShouldBe(["&lt;i&gt;<mark>a&amp;b</mark>&quot;&#39;"]);
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
    public async Task A_report_is_not_supported()
    {
        (await services.RunAsync("query", """{"report":"x"}""")).Error!.Code.ShouldBe(
            "unsupported_query"
        );
    }

    [Fact]
    public async Task A_search_reads_its_index_and_never_all_passages()
    {
        await services.ScalarAsync(
            """
            insert into jobs.passages (document_id, ordinal, tenant_id, body, terms)
            select d.id, n, 2, 'filler', to_tsvector('english', 'filler' || n)
            from generate_series(1, 20000) n, (select id from jobs.documents limit 1) d
            """
        );
        await services.ScalarAsync("analyze jobs.passages");
        await using var connection = await database.DataSource.Requests.OpenConnectionAsync(Token);
        foreach (var mode in new[] { "force_custom_plan", "force_generic_plan" })
        {
            await using var explain = connection.CreateCommand();
            explain.CommandText = $"""
                set plan_cache_mode = {mode};
                prepare search_{mode} (int, text[], text[], bool[], int, real[], int, text[], int, int, text) as {SearchSql.Search};
                explain execute search_{mode} (2, array['apple'], array[''], array[false], 32, array[.1,.2,.4,1], 1, null, 10, 0, '');
                """;
            await using var reader = await explain.ExecuteReaderAsync(Token);
            var plan = new List<string>();
            while (await reader.ReadAsync(Token))
            {
                plan.Add(reader.GetString(0));
            }
            plan.ShouldContain(l => l.Contains("passages_terms"));
            plan.ShouldNotContain(l => l.Contains("Seq Scan on passages"));
        }
    }

    [Fact]
    public async Task A_search_that_takes_too_long_is_stopped()
    {
        await services.ScalarAsync(
            """
            insert into jobs.passages (document_id, ordinal, tenant_id, body, terms)
            select d.id, n, 2, 'slow', to_tsvector('english', 'slow')
            from generate_series(1, 100000) n, (select id from jobs.documents limit 1) d
            """
        );
        await using var impatient = new KindServices(
            database,
            ("Jobs:Search:Timeout", "00:00:00.010")
        );

        await Should.ThrowAsync<TimeoutException>(() =>
            impatient.Get<SearchService>().SearchAsync(KindServices.Tenant, new("slow"), Token)
        );
    }

    public ValueTask DisposeAsync() => services.DisposeAsync();

    private Task<SearchAnswer> SearchAsync(SearchRequest request) =>
        services.Get<SearchService>().SearchAsync(KindServices.Tenant, request, Token);
}
