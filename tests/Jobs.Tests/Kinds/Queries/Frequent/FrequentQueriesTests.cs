using System.Text.Json;
using Jobs.Caching;
using Jobs.Kinds.Queries;
using Jobs.Kinds.Queries.Frequent;
using Jobs.Testing;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Kinds.Queries.Frequent;

/// <summary>Several processes on one database: each has a memory of its own.</summary>
public sealed class FrequentQueriesTests(TestDatabase database)
    : IClassFixture<TestDatabase>,
        IAsyncLifetime
{
    private KindServices asked = null!;
    private KindServices worker = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        asked = await KindServices.StartAsync(database);
        worker = await KindServices.StartAsync(database, ("Jobs:Search:WarmDelay", "00:00:00"));
        await asked.ScalarAsync(
            """
            with d as (delete from jobs.documents), w as (delete from jobs.search_warming),
                a as (delete from jobs.search_asked), m as (delete from jobs.cache_marks)
            delete from jobs.cache_entries
            """
        );
        await AddAsync("A heron stands in the reeds.");
    }

    [Fact]
    public async Task What_was_asked_often_is_answered_before_anybody_asks_it_again()
    {
        await AskAsync("heron", 3);
        await AskAsync("reeds", 2);
        await asked.Get<FrequentQueries>().WriteAsync(Token);
        await ForgetAsync();

        (await worker.Get<FrequentKeeper>().WarmDueAsync(Token)).ShouldBe(1);

        (await StatusAsync("heron")).ShouldBe((CacheStatus.Hit, 1));
        (await StatusAsync("reeds")).ShouldBe((CacheStatus.Miss, 1));
    }

    [Fact]
    public async Task Asking_costs_no_row_and_counting_one_a_search_and_hour()
    {
        await AskAsync("heron", 40);
        await RowsAsync(0);
        await asked.Get<FrequentQueries>().WriteAsync(Token);
        await AskAsync("heron", 2);
        await asked.Get<FrequentQueries>().WriteAsync(Token);

        // The hour may have changed in between.
        (await asked.ScalarAsync("select sum(times) from jobs.search_asked")).ShouldBe(42L);
        (await asked.ScalarAsync("select count(distinct name) from jobs.search_asked")).ShouldBe(
            1L
        );
    }

    [Fact]
    public async Task When_a_document_has_come_they_are_answered_anew_once_it_is_quiet()
    {
        await AskAsync("heron", 3);
        await asked.Get<FrequentQueries>().WriteAsync(Token);
        await worker.Get<FrequentKeeper>().WarmDueAsync(Token);
        await using var patient = await KindServices.StartAsync(
            database,
            ("Jobs:Search:WarmDelay", "00:05:00"),
            ("Jobs:Search:MostWarmDelay", "00:05:00")
        );

        await AddAsync("Another heron flies.");

        (await StatusAsync("heron")).ShouldBe((CacheStatus.Miss, 2));
        await ForgetAsync();
        (await patient.Get<FrequentKeeper>().WarmDueAsync(Token)).ShouldBe(0);
        (await worker.Get<FrequentKeeper>().WarmDueAsync(Token)).ShouldBe(1);
        (await StatusAsync("heron")).ShouldBe((CacheStatus.Hit, 2));
        (await worker.Get<FrequentKeeper>().WarmDueAsync(Token)).ShouldBe(0);
    }

    [Fact]
    public async Task While_documents_come_all_the_time_they_are_answered_all_the_same()
    {
        await AskAsync("heron", 3);
        await asked.Get<FrequentQueries>().WriteAsync(Token);
        await worker.Get<FrequentKeeper>().WarmDueAsync(Token);
        await AddAsync("Another heron flies.");
        // It is never quiet, and the last time was long ago.
        await asked.ScalarAsync(
            "with m as (update jobs.cache_marks set at = now()) update jobs.search_warming set warmed_at = now() - interval '31 seconds'"
        );
        await using var patient = new KindServices(database, ("Jobs:Search:WarmDelay", "00:00:20"));

        (await patient.Get<FrequentKeeper>().WarmDueAsync(Token)).ShouldBe(1);
    }

    [Fact]
    public async Task They_are_renewed_before_they_are_old_and_answered_meanwhile()
    {
        await AskAsync("heron", 3);
        await asked.Get<FrequentQueries>().WriteAsync(Token);
        await worker.Get<FrequentKeeper>().WarmDueAsync(Token);
        var first = await WrittenAsync();
        (
            await asked.ScalarAsync(
                """
                select (select min(due_at) from jobs.search_warming) < (select min(fresh_until) from jobs.cache_entries)
                """
            )
        ).ShouldBe(true);
        await asked.ScalarAsync("update jobs.search_warming set due_at = now()");

        (await worker.Get<FrequentKeeper>().WarmDueAsync(Token)).ShouldBe(1);

        (await WrittenAsync()).ShouldBeGreaterThan(first);
        (
            await asked.ScalarAsync("select count(*) from jobs.cache_entries where value = ''")
        ).ShouldBe(0L);
        (await StatusAsync("heron")).ShouldBe((CacheStatus.Hit, 1));
    }

    [Fact]
    public async Task One_process_renews_a_tenant_and_another_one_where_that_has_died()
    {
        await AskAsync("heron", 3);
        await asked.Get<FrequentQueries>().WriteAsync(Token);

        (
            await worker.Get<FrequentQueries>().TakeAsync(TimeSpan.FromMinutes(1), 4, Token)
        ).ShouldBe([KindServices.Tenant]);
        (
            await asked.Get<FrequentQueries>().TakeAsync(TimeSpan.FromMinutes(1), 4, Token)
        ).ShouldBeEmpty();
        await asked.ScalarAsync("update jobs.search_warming set due_at = now()");
        (await asked.Get<FrequentKeeper>().WarmDueAsync(Token)).ShouldBe(1);
    }

    [Fact]
    public async Task What_could_not_be_written_is_written_the_next_time()
    {
        await AskAsync("heron", 3);
        await Should.ThrowAsync<OperationCanceledException>(() =>
            asked.Get<FrequentQueries>().WriteAsync(new CancellationToken(canceled: true))
        );

        await asked.Get<FrequentQueries>().WriteAsync(Token);

        (await asked.ScalarAsync("select sum(times) from jobs.search_asked")).ShouldBe(3L);
    }

    [Fact]
    public async Task An_item_without_a_query_answers_the_most_frequent_ones()
    {
        await AskAsync("heron", 4);
        await AskAsync("reeds", 3);
        await asked.Get<FrequentQueries>().WriteAsync(Token);
        await ForgetAsync();

        var outcome = await worker.RunAsync("warm", """{"most":1,"ttlSeconds":60}""");

        var result = JsonElement.Parse(outcome.Result.Span);
        result.GetProperty("queries").GetInt32().ShouldBe(1);
        result.GetProperty("warmed").GetInt32().ShouldBe(1);
        (await StatusAsync("heron")).ShouldBe((CacheStatus.Hit, 1));
        (await StatusAsync("reeds")).ShouldBe((CacheStatus.Miss, 1));
    }

    [Theory]
    [InlineData("""{"most":0}""", "most")]
    [InlineData("""{"most":201}""", "most")]
    [InlineData("""{"most":5,"query":{"q":"a"}}""", "most")]
    [InlineData("""{"query":{"report":"a"}}""", "query.report")]
    [InlineData("""{"query":{"q":""}}""", "query.q")]
    public void An_item_that_breaks_a_rule_names_its_field(string payload, string field) =>
        worker
            .Kind("warm")
            .Handler.Validate(System.Text.Encoding.UTF8.GetBytes(payload))
            .ShouldHaveSingleItem()
            .Field.ShouldBe(field);

    [Fact]
    public async Task Cleanup_forgets_what_was_asked_more_than_a_day_ago()
    {
        await AskAsync("heron", 3);
        await asked.Get<FrequentQueries>().WriteAsync(Token);
        await asked.ScalarAsync("update jobs.search_asked set hour = hour - interval '25 hours'");

        (
            await worker.Get<FrequentQueries>().ReadAsync(KindServices.Tenant, 10, Token)
        ).ShouldBeEmpty();
        await worker.Get<FrequentKeeper>().WarmDueAsync(Token);
        (await asked.ScalarAsync("select count(*) from jobs.search_warming")).ShouldBe(0L);
        (await worker.RunAsync("cleanup", """{"targets":["search"]}""")).Error.ShouldBeNull();

        await RowsAsync(0);
    }

    public async ValueTask DisposeAsync()
    {
        await asked.DisposeAsync();
        await worker.DisposeAsync();
    }

    private async Task AskAsync(string q, int times)
    {
        for (var i = 0; i < times; i++)
        {
            await asked
                .Get<CachedSearch>()
                .SearchAsync(KindServices.Tenant, new SearchRequest(q), Token);
        }
    }

    private async Task AddAsync(string text)
    {
        var verdict = await asked.UploadAsync("a.txt", text);
        (await asked.RunAsync("document", verdict.Payload)).Error.ShouldBeNull();
    }

    // An answer may still be on its way into the database; that one is forgotten too.
    private ValueTask ForgetAsync() =>
        asked.Get<CacheStore>().RemoveByTagAsync(KindServices.Tenant, [CachedSearch.Tag], Token);

    // As a process that has just started.
    private async Task<(CacheStatus, long)> StatusAsync(string q)
    {
        await using var fresh = await KindServices.StartAsync(database);
        var answer = await fresh
            .Get<CachedSearch>()
            .SearchAsync(KindServices.Tenant, new SearchRequest(q), Token);
        return (answer.Status, answer.Value.Total);
    }

    private async Task<DateTime> WrittenAsync() =>
        (DateTime)(await asked.ScalarAsync("select max(written_at) from jobs.cache_entries"))!;

    private async Task RowsAsync(long count) =>
        (await asked.ScalarAsync("select count(*) from jobs.search_asked")).ShouldBe(count);
}
