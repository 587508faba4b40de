using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Jobs.Testing.Documents;

namespace Jobs.Web.Tests.Api;

/// <summary>Documents over HTTP: a verdict per file, and what is stored of a name.</summary>
public sealed class UploadTests(WebHost web)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_file_has_its_verdict_and_one_bad_file_spoils_no_other()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        await UploadAndEndAsync(tenant, ("first.txt", "Here already."u8.ToArray()));

        var (answer, ended) = await UploadAndEndAsync(
            tenant,
            ("good.md", "# A title\n\nSome words of text."u8.ToArray()),
            ("copy.txt", "Here already."u8.ToArray()),
            ("program.exe", "MZ\u0090\0"u8.ToArray()),
            ("empty.txt", []),
            ("picture.pdf", "Rar!\u001a\u0007\0"u8.ToArray()),
            ("twice.md", "# A title\n\nSome words of text."u8.ToArray())
        );

        var files = answer.GetProperty("files").EnumerateArray().ToList();
        files
            .Select(f => f.GetProperty("verdict").GetString())
            .ShouldBe(["accepted", "duplicate", "rejected", "rejected", "rejected", "duplicate"]);
        files
            .Select(f => f.GetProperty("name").GetString())
            .ShouldBe([
                "good.md",
                "copy.txt",
                "program.exe",
                "empty.txt",
                "picture.pdf",
                "twice.md",
            ]);
        files[2]
            .GetProperty("problem")
            .GetProperty("code")
            .GetString()
            .ShouldBe("unsupported_type");
        files[3].GetProperty("problem").GetProperty("code").GetString().ShouldBe("empty_file");
        files[5]
            .GetProperty("documentId")
            .GetString()
            .ShouldBe(files[0].GetProperty("documentId").GetString());
        ended.GetProperty("outcome").GetString().ShouldBe("partial");
        ended.GetProperty("counts").GetProperty("total").GetInt32().ShouldBe(6);
        ended.GetProperty("counts").GetProperty("failed").GetInt32().ShouldBe(3);
        (await tenant.GetAsync("/api/v1/documents"))
            .GetProperty("items")
            .GetArrayLength()
            .ShouldBe(2);
    }

    [Fact]
    public async Task The_fifty_first_file_is_one_too_many_and_nothing_is_stored()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        (string, byte[])[] files =
        [
            .. Enumerable
                .Range(0, 51)
                .Select(n => ($"{n}.txt", Encoding.UTF8.GetBytes($"Text {n}."))),
        ];

        using var answer = await tenant.UploadAsync(files);

        await answer.ShouldBeProblemAsync(HttpStatusCode.UnprocessableEntity, "files");
        (await tenant.RowsAsync()).ShouldStartWith("batches 0, documents 0, blobs 0");
    }

    [Fact]
    public async Task A_file_over_50_MB_is_rejected_alone_and_leaves_no_bytes()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        var large = new byte[(50 * 1024 * 1024) + 1];
        Array.Fill(large, (byte)'a');

        var (answer, ended) = await UploadAndEndAsync(
            tenant,
            ("large.txt", large),
            ("small.txt", "A small one."u8.ToArray())
        );

        var files = answer.GetProperty("files");
        files[0].GetProperty("verdict").GetString().ShouldBe("rejected");
        files[0].GetProperty("problem").GetProperty("code").GetString().ShouldBe("file_too_large");
        files[1].GetProperty("verdict").GetString().ShouldBe("accepted");
        ended.GetProperty("counts").GetProperty("succeeded").GetInt32().ShouldBe(1);
        (await tenant.RowsAsync()).ShouldStartWith("batches 1, documents 1, blobs 1");
    }

    [Theory]
    [InlineData("", 422, "files")]
    [InlineData(
        "--b\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a.txt\"\r\n\r\nhalf",
        400,
        "files"
    )]
    [InlineData(
        "--b\r\nContent-Disposition: form-data; name=\"priority\"\r\n\r\nsoon\r\n--b--\r\n",
        422,
        "priority files"
    )]
    [InlineData(
        "--b\r\nContent-Disposition: form-data; name=\"colour\"\r\n\r\nred\r\n--b--\r\n",
        422,
        "colour files"
    )]
    [InlineData(
        "--b\r\nContent-Disposition: form-data; name=\"tags\"\r\n\r\na\0b\r\n--b--\r\n",
        422,
        "tags files"
    )]
    public async Task A_form_that_breaks_a_rule_names_the_field(
        string body,
        int status,
        string fields
    )
    {
        using var tenant = await web.NewTenantAsync(Stop);
        using var content = new ByteArrayContent(
            Encoding.UTF8.GetBytes(body.Length == 0 ? "--b--\r\n" : body)
        );
        content.Headers.TryAddWithoutValidation("Content-Type", "multipart/form-data; boundary=b");

        using var answer = await tenant.Client.PostAsync("/api/v1/batch/documents", content, Stop);

        await answer.ShouldBeProblemAsync((HttpStatusCode)status, fields.Split(' '));
        (await tenant.RowsAsync()).ShouldStartWith("batches 0, documents 0, blobs 0");
    }

    [Theory]
    [InlineData("../../etc/cron.d/evil.txt", "evil.txt")]
    [InlineData("..\\..\\windows\\evil.txt", "evil.txt")]
    [InlineData("/etc/passwd.txt", "passwd.txt")]
    [InlineData("C:\\temp\\x.txt", "x.txt")]
    [InlineData("<img src=x onerror=alert(1)>.txt", "<img src=x onerror=alert(1)>.txt")]
    [InlineData("\"; DROP TABLE documents;--.txt", "\"; DROP TABLE documents;--.txt")]
    public async Task A_hostile_name_is_a_label_and_nothing_else(string name, string label)
    {
        using var tenant = await web.NewTenantAsync(Stop);
        var text = Encoding.UTF8.GetBytes($"The text of {label}.");

        var (answer, _) = await UploadAndEndAsync(tenant, (name, text));

        var file = answer.GetProperty("files")[0];
        file.GetProperty("name").GetString().ShouldBe(label);
        var id = file.GetProperty("documentId").GetString();
        var document = await tenant.GetAsync($"/api/v1/documents/{id}");
        document.GetProperty("name").GetString().ShouldBe(label);
        document.GetProperty("state").GetString().ShouldBe("ready");
        using var content = await tenant.Client.GetAsync($"/api/v1/documents/{id}/content", Stop);
        (await content.Content.ReadAsByteArrayAsync(Stop)).ShouldBe(text);
        content.Content.Headers.ContentType!.MediaType.ShouldBe("application/octet-stream");
        content.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        var disposition = content.Content.Headers.ContentDisposition!;
        disposition.DispositionType.ShouldBe("attachment");
        disposition.FileNameStar.ShouldBe(label);
        // What an old client takes: one quoted string without a path, or a plain word.
        content
            .Content.Headers.NonValidated["Content-Disposition"]
            .ToString()
            .ShouldMatch(
                """^attachment; filename=("([^"\\/]|\\.)*"|[^";/\\ ]+); filename\*=UTF-8''[^"; ]+$"""
            );
    }

    [Fact]
    public async Task A_document_is_read_searched_and_deleted_with_all_that_was_made_of_it()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        var (answer, _) = await UploadAndEndAsync(
            tenant,
            ("ä notes.md", "# Lighthouses\n\nA keeper lit the lamp."u8.ToArray())
        );
        var id = answer.GetProperty("files")[0].GetProperty("documentId").GetString();

        (await tenant.GetAsync("/api/v1/search?q=keeper"))
            .GetProperty("total")
            .GetInt32()
            .ShouldBe(1);
        (await tenant.GetAsync("/api/v1/documents?q=notes"))
            .GetProperty("items")
            .GetArrayLength()
            .ShouldBe(1);
        using var text = await tenant.Client.GetAsync($"/api/v1/documents/{id}/text", Stop);
        (await text.Content.ReadAsStringAsync(Stop)).ShouldContain("A keeper lit the lamp.");
        using var deleted = await tenant.Client.DeleteAsync($"/api/v1/documents/{id}", Stop);

        deleted.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        using var gone = await tenant.Client.GetAsync($"/api/v1/documents/{id}", Stop);
        await gone.ShouldBeProblemAsync(HttpStatusCode.NotFound);
        (await tenant.GetAsync("/api/v1/search?q=keeper"))
            .GetProperty("total")
            .GetInt32()
            .ShouldBe(0);
        (await tenant.RowsAsync()).ShouldStartWith("batches 1, documents 0, blobs 0");
    }

    [Fact]
    public async Task A_batch_of_hostile_files_ends_partial_and_the_others_in_it_succeed()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        // All but the one that takes as long as a document may: it has its test beside the others.
        var hostile = HostileFiles.All.Where(f => f.Warning != "truncated").ToList();
        (string, byte[])[] files =
        [
            ("good-first.txt", "A good file before."u8.ToArray()),
            .. hostile.Select(f => (f.Name, f.Bytes())),
            ("good-last.docx", OfficeFiles.Word),
        ];

        var (answer, ended) = await UploadAndEndAsync(tenant, files);

        ended.GetProperty("outcome").GetString().ShouldBe("partial");
        var id = answer.GetProperty("id").GetString();
        var lines = (await tenant.Client.GetStringAsync($"/api/v1/batch/jobs/{id}/results", Stop))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(l => JsonDocument.Parse(l).RootElement)
            .ToList();
        lines.Count.ShouldBe(files.Length);
        lines[0].GetProperty("status").GetString().ShouldBe("succeeded");
        lines[^1].GetProperty("status").GetString().ShouldBe("succeeded");
        for (var i = 0; i < hostile.Count; i++)
        {
            var code = lines[i + 1].TryGetProperty("error", out var error)
                ? error.GetProperty("code").GetString()
                : null;
            code.ShouldBe(hostile[i].Code, hostile[i].Name);
        }
        // The service that did it is there and reads on.
        var (_, after) = await UploadAndEndAsync(
            tenant,
            ("after.txt", "A good file after."u8.ToArray())
        );
        after.GetProperty("outcome").GetString().ShouldBe("succeeded");
    }

    [Fact]
    public async Task A_pdf_has_a_thumbnail_and_a_text_has_none()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        var (answer, _) = await UploadAndEndAsync(
            tenant,
            ("a.pdf", MinimalPdf.Of("A", "B", "One page")),
            ("a.txt", "No picture."u8.ToArray())
        );
        var ids = answer
            .GetProperty("files")
            .EnumerateArray()
            .Select(f => f.GetProperty("documentId").GetString())
            .ToList();

        using var picture = await tenant.Client.GetAsync(
            $"/api/v1/documents/{ids[0]}/thumbnail",
            Stop
        );
        using var none = await tenant.Client.GetAsync(
            $"/api/v1/documents/{ids[1]}/thumbnail",
            Stop
        );
        using var other = await web.NewTenantAsync(Stop);
        using var foreign = await other.Client.GetAsync(
            $"/api/v1/documents/{ids[0]}/thumbnail",
            Stop
        );

        picture.Content.Headers.ContentType!.MediaType.ShouldBe("image/png");
        picture.Headers.ETag.ShouldNotBeNull();
        await none.ShouldBeProblemAsync(HttpStatusCode.NotFound);
        await foreign.ShouldBeProblemAsync(HttpStatusCode.NotFound);
    }

    private static async Task<(JsonElement Answer, JsonElement Ended)> UploadAndEndAsync(
        ApiTenant tenant,
        params (string Name, byte[] Bytes)[] files
    )
    {
        using var answer = await tenant.UploadAsync(files);
        answer.StatusCode.ShouldBe(
            HttpStatusCode.Accepted,
            await answer.Content.ReadAsStringAsync(Stop)
        );
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
        return (body, await tenant.EndAsync(body.GetProperty("id").GetString()!));
    }
}
