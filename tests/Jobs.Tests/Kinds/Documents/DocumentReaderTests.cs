using Jobs.Kinds.Documents;
using Jobs.Testing;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Kinds.Documents;

public sealed class DocumentReaderTests(TestDatabase database)
    : IClassFixture<TestDatabase>,
        IAsyncDisposable
{
    private readonly KindServices services = new(database);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_list_is_paged_newest_first_and_filtered_by_the_beginnings_of_words()
    {
        // The class shares a database.
        await services.ScalarAsync("delete from jobs.documents");
        var ids = new List<Guid>();
        foreach (
            var name in new[] { "annual-report.txt", "Report_2.txt", "notes.txt", "report 3.txt" }
        )
        {
            ids.Add((await services.UploadAsync(name, name)).DocumentId!.Value);
        }
        ids.Reverse();
        var reader = services.Get<DocumentReader>();

        var first = await reader.ListAsync(KindServices.Tenant, null, null, 3, Token);
        var second = await reader.ListAsync(KindServices.Tenant, first.NextCursor, null, 3, Token);
        var reports = await reader.ListAsync(KindServices.Tenant, null, "rep", 10, Token);
        var none = await reader.ListAsync(KindServices.Tenant, null, "' | !", 10, Token);

        first.Items.Concat(second.Items).Select(d => d.Id).ShouldBe(ids);
        second.NextCursor.ShouldBeNull();
        reports
            .Items.Select(d => d.Name)
            .ShouldBe(["report 3.txt", "Report_2.txt", "annual-report.txt"]);
        none.Items.ShouldBeEmpty();
        (
            await reader.ListAsync(KindServices.OtherTenant, null, null, 3, Token)
        ).Items.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_deleted_document_leaves_nothing()
    {
        var (document, _, _) = await services.ReadAsync("gone.txt", "soon to be gone"u8.ToArray());
        var reader = services.Get<DocumentReader>();

        (await reader.DeleteAsync(KindServices.Tenant, document.Id, Token)).ShouldBeTrue();

        (
            await services.ScalarAsync(
                """
                select (select count(*) from jobs.documents where id = $1) + (select count(*) from jobs.passages where document_id = $1)
                    + (select count(*) from jobs.document_texts where document_id = $1) + (select count(*) from jobs.blobs where document_id = $1)
                    + (select count(*) from jobs.blob_parts where blob_id = $2)
                """,
                document.Id,
                document.BlobId
            )
        ).ShouldBe(0L);
    }

    [Fact]
    public async Task The_original_comes_back_as_it_was_sent()
    {
        var (document, _, _) = await services.ReadAsync("same.txt", "byte for byte"u8.ToArray());
        var content = await services
            .Get<DocumentReader>()
            .OpenContentAsync(KindServices.Tenant, document.Id, Token);

        using var text = new StreamReader(content!.Bytes);
        (await text.ReadToEndAsync(Token)).ShouldBe("byte for byte");
    }

    public ValueTask DisposeAsync() => services.DisposeAsync();
}
