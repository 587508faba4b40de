using System.Text;
using System.Text.Json;
using Jobs.Kinds.Documents;
using Jobs.Testing;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Kinds.Documents;

public sealed class DocumentIntakeTests(TestDatabase database)
    : IClassFixture<TestDatabase>,
        IAsyncDisposable
{
    private readonly KindServices services = new(database);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("a.txt", "", DocumentErrors.EmptyFile)]
    [InlineData("a.txt", "MZ\0\u0001\u0002\u0003 program", DocumentErrors.UnsupportedType)]
    [InlineData(
        "a.doc",
        "\u00D0\u00CF\u0011\u00E0\u00A1\u00B1\u001A\u00E1",
        DocumentErrors.UnsupportedType
    )]
    [InlineData("a.pdf", "Rar!\u001a\u0007\0", DocumentErrors.UnsupportedType)]
    [InlineData(
        "a.txt",
        "\0\u0001\u0002\u0003\u0004\u0005 mostly controls",
        DocumentErrors.UnsupportedType
    )]
    public async Task A_file_that_cannot_be_read_is_rejected_at_once(
        string name,
        string content,
        string code
    )
    {
        var verdict = await services.UploadAsync(name, Encoding.Latin1.GetBytes(content));

        verdict.Kind.ShouldBe(FileVerdictKind.Rejected);
        verdict.Error!.Code.ShouldBe(code);
        verdict.Error.Retryable.ShouldBeFalse();
    }

    [Theory]
    [InlineData("a.docx", "some text", "text/plain")]
    [InlineData("a.pdf", "<!doctype html><p>not found</p>", "text/html")]
    [InlineData("a", "some text", "text/plain")]
    [InlineData("a.txt", "%PDF-1.4 and more", "application/pdf")]
    [InlineData("a.md", "some text", "text/markdown")]
    [InlineData("a.txt", "Received: by x\nFrom: a@b.c\nSubject: s\n\nbody", "text/plain")]
    [InlineData("a", "Received: by x\nFrom: a@b.c\nSubject: s\n\nbody", "message/rfc822")]
    [InlineData("a.bin", "{\"a\":[1,2,{\"b\":3}]}", "application/json")]
    public async Task The_content_says_what_a_file_is_and_not_its_name(
        string name,
        string content,
        string mediaType
    )
    {
        await using var upload = services.Get<DocumentIntake>().Begin(KindServices.Tenant, []);
        var verdict = await upload.ReceiveAsync(
            name,
            new MemoryStream(Encoding.UTF8.GetBytes(content)),
            Token
        );

        verdict.Kind.ShouldBe(FileVerdictKind.Accepted);
        upload.Accepted[^1].MediaType.ShouldBe(mediaType);
    }

    [Theory]
    [InlineData("../../etc/cron.d/evil.txt", "evil.txt")]
    [InlineData("..\\..\\windows\\evil.txt", "evil.txt")]
    [InlineData("C:\\temp\\x.txt", "x.txt")]
    [InlineData("a\u0000b\nc\u202Etxt.exe.txt", "abctxt.exe.txt")]
    [InlineData("<img src=x onerror=alert(1)>.txt", "<img src=x onerror=alert(1)>.txt")]
    [InlineData("\"; DROP TABLE documents;--.txt", "\"; DROP TABLE documents;--.txt")]
    public async Task The_name_of_a_file_is_a_label_and_never_a_path(string sent, string kept)
    {
        var verdict = await services.UploadAsync(
            sent,
            $"text of {sent.GetHashCode(StringComparison.Ordinal)}"
        );

        verdict.Name.ShouldBe(kept);
        verdict.Kind.ShouldBe(FileVerdictKind.Accepted);
    }

    [Fact]
    public void A_long_name_keeps_its_extension()
    {
        var name = FileName.Clean(new string('x', 400) + ".html");

        FileName.Clean(new string('é', 10_240) + ".pdf").ShouldEndWith("é.pdf");
        name.Length.ShouldBe(DocumentLimits.MaxName);
        name.ShouldEndWith(".html");
    }

    [Fact]
    public async Task The_same_content_is_a_duplicate_while_its_document_waits_and_when_it_is_ready()
    {
        var first = await services.UploadAsync("one.txt", "the same content");
        var waiting = await services.UploadAsync("two.txt", "the same content");
        await services.RunAsync("document", first.Payload);
        var ready = await services.UploadAsync("three.txt", "the same content");

        waiting.Kind.ShouldBe(FileVerdictKind.Duplicate);
        ready.Kind.ShouldBe(FileVerdictKind.Duplicate);
        // What is known of it comes at once, and that nothing was computed for it.
        var known = JsonDocument.Parse(ready.Result).RootElement;
        known.GetProperty("reused").GetBoolean().ShouldBeTrue();
        known.GetProperty("words").GetInt32().ShouldBe(3);
        new[] { waiting.DocumentId, ready.DocumentId }.ShouldAllBe(id => id == first.DocumentId);
        (
            await services.ScalarAsync("select count(*) from jobs.blobs where document_id is null")
        ).ShouldBe(0L);
    }

    [Fact]
    public async Task A_document_whose_batch_ended_without_it_does_not_stand()
    {
        var first = await services.UploadAsync("one.txt", "abandoned content");
        await services.ScalarAsync(
            "update jobs.batches set state = 'cancelled', cancelled = 1, finished_at = now() where id = (select batch_id from jobs.documents where id = $1)",
            first.DocumentId!.Value
        );

        (await services.UploadAsync("two.txt", "abandoned content")).Kind.ShouldBe(
            FileVerdictKind.Accepted
        );
    }

    [Fact]
    public async Task A_file_that_is_sent_twice_in_one_request_is_accepted_once()
    {
        await using var upload = services.Get<DocumentIntake>().Begin(KindServices.Tenant, []);
        var bytes = Encoding.UTF8.GetBytes("sent twice");
        var first = await upload.ReceiveAsync("a.txt", new MemoryStream(bytes), Token);
        var second = await upload.ReceiveAsync("b.txt", new MemoryStream(bytes), Token);

        first.Kind.ShouldBe(FileVerdictKind.Accepted);
        second.Kind.ShouldBe(FileVerdictKind.Duplicate);
        second.DocumentId.ShouldBe(first.DocumentId);
    }

    [Fact]
    public async Task A_request_that_ends_without_its_batch_leaves_nothing()
    {
        var before = await services.ScalarAsync("select count(*) from jobs.blobs");
        await using (var upload = services.Get<DocumentIntake>().Begin(KindServices.Tenant, []))
        {
            await upload.ReceiveAsync(
                "a.txt",
                new MemoryStream("never a document"u8.ToArray()),
                Token
            );
        }

        (await services.ScalarAsync("select count(*) from jobs.blobs")).ShouldBe(before);
    }

    [Fact]
    public async Task A_file_of_more_than_50_MB_is_rejected()
    {
        await using var upload = services.Get<DocumentIntake>().Begin(KindServices.Tenant, []);
        var bytes = new byte[DocumentLimits.MaxLength + 1];
        bytes.AsSpan().Fill((byte)'a');

        (await upload.ReceiveAsync("a.txt", new MemoryStream(bytes), Token)).Error!.Code.ShouldBe(
            DocumentErrors.FileTooLarge
        );
    }

    public ValueTask DisposeAsync() => services.DisposeAsync();
}
