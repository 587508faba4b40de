using Jobs.Kinds.Documents;
using Jobs.Kinds.Queries;
using Jobs.Kinds.Queries.Index;
using Jobs.Testing;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Kinds.Queries.Index;

public sealed class SearchIndexTests(TestDatabase database)
    : IClassFixture<TestDatabase>,
        IAsyncLifetime
{
    private readonly KindServices services = new(database);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await services.ScalarAsync("delete from jobs.documents");
        await MergeAsync();
    }

    public ValueTask DisposeAsync() => services.DisposeAsync();

    [Fact]
    public async Task A_deleted_document_is_not_found_by_the_next_search_whether_merged_or_not()
    {
        var ids = await AddAsync(40, n => $"common word{n} number{n % 4}");
        (await FindAsync("common", 100)).Total.ShouldBe(40);

        await DeleteAsync(ids[3]);
        (await FindAsync("common", 100)).Total.ShouldBe(39);
        (await FindAsync("word3")).Hits.ShouldBeEmpty();

        await MergeAsync();
        await DeleteAsync(ids[4]);
        var found = await FindAsync("common", 100);
        found.Total.ShouldBe(38);
        found.Hits.Select(h => h.DocumentId).ShouldBe(ids.Except([ids[3], ids[4]]), true);
    }

    [Fact]
    public async Task Merging_changes_no_answer()
    {
        var ids = await AddAsync(
            70,
            n => string.Join(' ', Enumerable.Range(1, 1 + (n % 9)).Select(i => $"w{n % i} filler"))
        );
        foreach (var id in ids.Where((_, n) => n % 6 == 0))
        {
            await DeleteAsync(id);
        }
        string[] queries =
        [
            "w1",
            "w2 w3",
            "w0 w4 w5",
            "\"w1 filler\" w3",
            "filler -w2",
            "w7 or w6",
        ];
        var before = await AnswersAsync(queries);
        var segments = await SegmentsAsync();

        await MergeAsync();

        (await SegmentsAsync()).ShouldBeLessThan(segments);
        (await AnswersAsync(queries)).ShouldBe(before);
        (await services.ScalarAsync("select count(*) from jobs.search_deleted")).ShouldBe(0L);
    }

    [Fact]
    public async Task A_document_that_is_read_again_is_found_by_its_new_text_alone()
    {
        var verdict = await services.UploadAsync("again.txt", "first version of a text");
        await services.RunAsync("document", verdict.Payload);
        await services.ScalarAsync(
            "update jobs.passages set terms = to_tsvector('english', 'second') where document_id = $1",
            verdict.DocumentId!.Value
        );
        await using (var connection = await database.DataSource.Requests.OpenConnectionAsync(Token))
        {
            await SearchIndex.WriteAsync(
                connection,
                KindServices.Tenant,
                verdict.DocumentId.Value,
                Token
            );
        }

        (await FindAsync("version")).Total.ShouldBe(0);
        (await FindAsync("second")).Total.ShouldBe(1);
    }

    [Fact]
    public async Task What_is_rolled_back_is_not_found()
    {
        var verdict = await services.UploadAsync("back.txt", "a rolledback text");
        await services.RunAsync("document", verdict.Payload);
        await using var connection = await database.DataSource.Requests.OpenConnectionAsync(Token);
        await using (var transaction = await connection.BeginTransactionAsync(Token))
        {
            await using var delete = connection.CreateCommand();
            delete.CommandText = "delete from jobs.documents";
            await delete.ExecuteNonQueryAsync(Token);
            (await FindAsync("rolledback")).Total.ShouldBe(1);
            await transaction.RollbackAsync(Token);
        }

        (await FindAsync("rolledback")).Total.ShouldBe(1);
    }

    [Fact]
    public async Task Documents_that_were_read_before_there_was_an_index_are_caught_up_with()
    {
        var ids = await AddAsync(3, n => $"forgotten text{n}");
        await services.ScalarAsync("delete from jobs.search_documents");
        await services.ScalarAsync(
            "insert into jobs.search_unindexed select id from jobs.documents"
        );
        (await FindAsync("forgotten")).Total.ShouldBe(0);

        var outcome = await services.RunAsync("cleanup", """{"targets":["search"]}""");

        System.Text.Encoding.UTF8.GetString(outcome.Result.Span).ShouldContain("\"indexed\":3");
        (await FindAsync("forgotten")).Total.ShouldBe(ids.Count);
    }

    [Fact]
    public async Task Adding_deleting_merging_and_searching_at_once_never_disagree()
    {
        var standing = await AddAsync(24, n => $"stays s{n}");
        var merging = true;
        var gone = new System.Collections.Concurrent.ConcurrentBag<Guid>();
        var merger = Task.Run(
            async () =>
            {
                while (Volatile.Read(ref merging))
                {
                    await MergeAsync();
                }
            },
            Token
        );
        var searcher = Task.Run(
            async () =>
            {
                while (Volatile.Read(ref merging))
                {
                    var deleted = gone.ToArray();
                    var found = await FindAsync("stays comes", 100);
                    var hits = found.Hits.Select(h => h.DocumentId).ToList();
                    hits.Intersect(standing).Count().ShouldBe(standing.Count);
                    hits.Intersect(deleted).ShouldBeEmpty();
                    hits.ShouldBeUnique();
                }
            },
            Token
        );
        var writers = Enumerable
            .Range(0, 3)
            .Select(w =>
                Task.Run(
                    async () =>
                    {
                        for (var round = 0; round < 4; round++)
                        {
                            var ids = await AddAsync(5, n => $"comes c{w}x{round}x{n}");
                            foreach (var id in ids.Skip(1))
                            {
                                await DeleteAsync(id);
                                gone.Add(id);
                            }
                        }
                    },
                    Token
                )
            );

        await Task.WhenAll(writers);
        Volatile.Write(ref merging, false);
        await Task.WhenAll(merger, searcher);

        await MergeAsync();
        (await FindAsync("comes", 100)).Total.ShouldBe(12);
        (await FindAsync("stays", 100)).Total.ShouldBe(24);
    }

    [Fact]
    public async Task A_large_document_has_a_row_for_each_word_at_once()
    {
        var verdict = await services.UploadAsync(
            "large.txt",
            string.Join('\n', Enumerable.Range(0, 700).Select(n => Paragraph(n)))
        );
        await services.RunAsync("document", verdict.Payload);

        (
            await services.ScalarAsync(
                "select passages > 256 and inline is null from jobs.search_segments"
            )
        ).ShouldBe(true);
        var hit = (await FindAsync("unique456")).Hits.ShouldHaveSingleItem();
        hit.Passage.ShouldContain("unique456 ");
        (await FindAsync("unigue456x")).Total.ShouldBe(0);

        static string Paragraph(int n) =>
            $"unique{n} {string.Join(' ', Enumerable.Range(0, 140).Select(i => $"some{(n * i) % 97}"))}.";
    }

    private async Task<List<Guid>> AddAsync(int count, Func<int, string> text)
    {
        var ids = new List<Guid>();
        for (var n = 0; n < count; n++)
        {
            var verdict = await services.UploadAsync(
                $"d{n}.txt",
                $"{text(n)}\nsalt{System.Diagnostics.Stopwatch.GetTimestamp()}"
            );
            (await services.RunAsync("document", verdict.Payload)).Error.ShouldBeNull();
            ids.Add(verdict.DocumentId!.Value);
        }
        return ids;
    }

    private async Task DeleteAsync(Guid id) =>
        (
            await services.Get<DocumentReader>().DeleteAsync(KindServices.Tenant, id, Token)
        ).ShouldBeTrue();

    private Task MergeAsync() =>
        services.Get<SegmentMerger>().MergeAsync(KindServices.Tenant, Token);

    private async Task<long> SegmentsAsync() =>
        (long)(await services.ScalarAsync("select count(*) from jobs.search_segments"))!;

    private Task<SearchAnswer> FindAsync(string q, int limit = 10) =>
        services.Get<SearchService>().SearchAsync(KindServices.Tenant, new(q, limit), Token);

    // Sets, not ranks: what is deleted counts for how frequent a word is until it is merged.
    private async Task<List<string>> AnswersAsync(string[] queries)
    {
        var answers = new List<string>();
        foreach (var q in queries)
        {
            var answer = await FindAsync(q, 100);
            answers.Add(
                $"{q}: {answer.Total} {string.Join(' ', answer.Hits.Select(h => h.DocumentId).Order())}"
            );
        }
        return answers;
    }
}
