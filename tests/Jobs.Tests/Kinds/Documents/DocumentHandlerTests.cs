using System.Text;
using System.Text.Json;
using Jobs.Kinds.Documents;
using Jobs.Testing;
using Jobs.Testing.Documents;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Kinds.Documents;

public sealed class DocumentHandlerTests(TestDatabase database)
    : IClassFixture<TestDatabase>,
        IAsyncDisposable
{
    private readonly KindServices services = new(database);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    [InlineData("windows-1252")]
    public async Task Text_is_read_in_whatever_usual_encoding_it_is(string encoding)
    {
        var said = $"Smart “quotes” and café, as {encoding} has them.";
        var (_, text, _) = await services.ReadAsync(
            "a.txt",
            Encoding.GetEncoding(encoding).GetBytes(said)
        );

        text.Trim().ShouldBe(said);
    }

    [Fact]
    public async Task Characters_that_PostgreSQL_refuses_do_not_reach_it()
    {
        var (document, text, _) = await services.ReadAsync(
            "nul.txt",
            "before\0after nul and \u0001 mark"u8.ToArray()
        );

        document.State.ShouldBe(DocumentState.Ready);
        text.ShouldContain("before after nul");
    }

    [Fact]
    public async Task Markdown_is_read_without_its_marks()
    {
        var (document, text, _) = await services.ReadAsync(
            "a.md",
            "# The *title*\n\nSome **bold** `code`.\n\n| a | b |\n|---|---|\n| left cell | right |\n\n<script>hidden()</script>\n"u8.ToArray()
        );

        document.Title.ShouldBe("The title");
        text.ShouldContain("Some bold code.");
        text.ShouldContain("left cell");
        text.ShouldNotContain("hidden");
    }

    [Fact]
    public async Task Html_is_read_as_its_reader_sees_it()
    {
        var (document, text, _) = await services.ReadAsync(
            "a.html",
            """
            <html lang="en"><head><title>A &amp; B</title><meta name="Author" content="Ada"></head>
            <body><h1>Head</h1><p>seen <b>te</b>xt<script>hidden()</script><style>p{}</style></p><p>more</p></body></html>
            """u8.ToArray()
        );

        (document.Title, document.Author, document.Language).ShouldBe(("A & B", "Ada", "en"));
        text.ShouldBe("Head\n\nseen text\n\nmore\n");
    }

    [Fact]
    public async Task Tables_are_read_a_row_a_line()
    {
        var (_, text, _) = await services.ReadAsync(
            "a.csv",
            "name;note\nAda;\"two\nlines; one cell\"\n"u8.ToArray()
        );

        text.ShouldBe("name\tnote\nAda\ttwo\nlines; one cell\n");
    }

    [Fact]
    public async Task A_quote_that_is_never_closed_does_not_swallow_a_table()
    {
        var rows = "a,b\n\"open,c\n" + string.Concat(Enumerable.Repeat("1,2,3,4,5,6\n", 200_000));
        var (document, text, _) = await services.ReadAsync("a.csv", Encoding.UTF8.GetBytes(rows));

        document.Warnings.ShouldBe(["malformed_table"]);
        text.ShouldContain("1\t2\t3");
    }

    [Theory]
    [InlineData("a.json", """{"list":[{"name":"Ada","age":36}],"open":true}""")]
    [InlineData("a.ndjson", "{\"list\":{\"name\":\"Ada\",\"age\":36}}\n{\"open\":true}\n")]
    public async Task Json_is_read_with_the_names_that_lead_to_a_value(string name, string json)
    {
        var (_, text, _) = await services.ReadAsync(name, Encoding.UTF8.GetBytes(json));

        text.ShouldBe("list.name: Ada\nlist.age: 36\nopen: true\n");
    }

    [Fact]
    public async Task Pdf_is_read_with_its_pages()
    {
        var (document, text, outcome) = await services.ReadAsync(
            "a.pdf",
            MinimalPdf.Of(
                "Two pages",
                "Ada",
                "Apples on the first page",
                "Bananas on the second page"
            )
        );

        (document.Title, document.Author, document.Pages).ShouldBe(("Two pages", "Ada", 2));
        text.ShouldContain("Bananas on the second page");
        (
            await services.ScalarAsync(
                "select page from jobs.passages where document_id = $1 and body like 'Bananas%'",
                document.Id
            )
        ).ShouldBe(2);
        var result = JsonDocument.Parse(outcome.Result).RootElement;
        result.GetProperty("mediaType").GetString().ShouldBe("application/pdf");
        result.GetProperty("words").GetInt32().ShouldBe(10);
    }

    [Theory]
    [InlineData("broken.pdf", "%PDF-1.4 nothing else", DocumentErrors.Unreadable)]
    [InlineData("broken.json", "{\"a\": ", DocumentErrors.Unreadable)]
    public async Task A_broken_document_fails_for_good_and_says_so(
        string name,
        string content,
        string code
    )
    {
        var (document, _, outcome) = await services.ReadAsync(
            name,
            Encoding.UTF8.GetBytes(content)
        );

        outcome.Error!.Code.ShouldBe(code);
        outcome.Error.Retryable.ShouldBeFalse();
        (document.State, document.ErrorCode).ShouldBe((DocumentState.Failed, code));
    }

    [Fact]
    public async Task Json_that_is_nested_without_end_is_refused()
    {
        var (_, _, outcome) = await services.ReadAsync(
            "deep.json",
            Encoding.UTF8.GetBytes(new string('[', 200_000))
        );

        outcome.Error!.Code.ShouldBe(DocumentErrors.NestedTooDeep);
    }

    [Fact]
    public async Task Reading_a_document_again_replaces_what_was_read()
    {
        var verdict = await services.UploadAsync("twice.txt", "read me twice");
        await services.RunAsync("document", verdict.Payload);
        await services.RunAsync("document", verdict.Payload);

        (
            await services.ScalarAsync(
                "select count(*) from jobs.passages where document_id = $1",
                verdict.DocumentId!
            )
        ).ShouldBe(1L);
        (
            await services.ScalarAsync(
                "select count(*) from jobs.document_texts where document_id = $1",
                verdict.DocumentId!
            )
        ).ShouldBe(1L);
    }

    [Fact]
    public async Task Another_tenants_document_does_not_exist()
    {
        var verdict = await services.UploadAsync("mine.txt", "mine alone");

        (
            await services.RunAsync("document", verdict.Payload, KindServices.OtherTenant)
        ).Error!.Code.ShouldBe(DocumentErrors.DocumentDeleted);
        var reader = services.Get<DocumentReader>();
        (
            await reader.GetAsync(KindServices.OtherTenant, verdict.DocumentId!.Value, Token)
        ).ShouldBeNull();
        (
            await reader.OpenTextAsync(KindServices.OtherTenant, verdict.DocumentId.Value, Token)
        ).ShouldBeNull();
        (
            await reader.DeleteAsync(KindServices.OtherTenant, verdict.DocumentId.Value, Token)
        ).ShouldBeFalse();
    }

    public ValueTask DisposeAsync() => services.DisposeAsync();
}
