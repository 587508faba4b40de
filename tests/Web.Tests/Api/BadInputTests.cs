using System.Net;
using System.Text;

namespace Jobs.Web.Tests.Api;

/// <summary>Bad input is refused with a problem that names the field, and leaves nothing behind.</summary>
public sealed class BadInputTests(WebHost web)
{
    private const string Jobs = "/api/v1/batch/jobs";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<string, string, int, string> Bodies =>
        new()
        {
            { Jobs, "{\"kind\":\"work\",\"items\":[{},", 400, "$" },
            { Jobs, "", 400, "$" },
            { Jobs, "[]", 400, "$" },
            { Jobs, "{\"kind\":\"work\",\"items\":[{}]} x", 400, "$" },
            { Jobs, "{\"kind\":\"nothing\",\"items\":[{}]}", 422, "kind" },
            { Jobs, "{\"kind\":7,\"items\":[{}]}", 422, "kind" },
            { Jobs, "{\"items\":[{}]}", 422, "kind" },
            { Jobs, "{\"kind\":\"document\",\"items\":[{}]}", 422, "kind" },
            { Jobs, "{\"kind\":\"cleanup\",\"items\":[{}]}", 422, "kind" },
            { Jobs, "{\"kind\":\"work\"}", 422, "items" },
            { Jobs, "{\"kind\":\"work\",\"items\":[]}", 422, "items" },
            { Jobs, "{\"kind\":\"work\",\"items\":{}}", 422, "items" },
            { Jobs, "{\"kind\":\"work\",\"items\":[{},7]}", 422, "items[1]" },
            { Jobs, "{\"kind\":\"work\",\"items\":[{},null,\"a\"]}", 422, "items[1] items[2]" },
            {
                Jobs,
                "{\"kind\":\"work\",\"items\":[{\"customId\":\"a\"},{\"customId\":\"a\"}]}",
                422,
                "items[1].customId"
            },
            {
                Jobs,
                "{\"kind\":\"work\",\"items\":[{\"customId\":\"a\\u0000\"}]}",
                422,
                "items[0].customId"
            },
            { Jobs, "{\"kind\":\"work\",\"priority\":\"soon\",\"items\":[{}]}", 422, "priority" },
            { Jobs, "{\"kind\":\"work\",\"colour\":\"red\",\"items\":[{}]}", 422, "colour" },
            {
                Jobs,
                "{\"kind\":\"work\",\"options\":{\"maxAttempts\":0,\"itemTimeoutMs\":\"1\",\"notBefore\":\"soon\",\"validate\":1,\"concurrency\":0,\"x\":1},\"items\":[{}]}",
                422,
                "options.maxAttempts options.itemTimeoutMs options.notBefore options.validate options.concurrency options.x"
            },
            { Jobs, "{\"kind\":\"work\",\"options\":[],\"items\":[{}]}", 422, "options" },
            {
                Jobs,
                "{\"kind\":\"work\",\"metadata\":{\"a\":1,\"b\":\"\\u0000\"},\"items\":[{}]}",
                422,
                "metadata.a metadata.b"
            },
            {
                Jobs,
                "{\"kind\":\"query\",\"options\":{\"validate\":\"strict\"},\"items\":[{\"q\":\"a\"},{\"q\":\"\\u0000\"},{\"q\":7},{}]}",
                422,
                "items[1].q items[2].q items[3].q"
            },
            { "/api/v1/batch/queries", "{\"queries\":[]}", 422, "queries" },
            { "/api/v1/batch/queries", "{\"queries\":7}", 422, "queries" },
            { "/api/v1/batch/queries", "{\"queries\":[{}],\"kind\":\"work\"}", 422, "kind" },
            { "/api/v1/batch/queries", "{\"queries\":", 400, "$" },
            { "/api/v1/batch/queries/async", "{\"queries\":[]}", 422, "queries" },
            { "/api/v1/batch/queries/async", "{\"items\":[{}]}", 422, "items queries" },
            { "/api/v1/batch/queries/async", "{\"queries\":[{},1]}", 422, "queries[1]" },
        };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task A_body_that_breaks_a_rule_names_the_field(
        string path,
        string body,
        int status,
        string fields
    )
    {
        using var tenant = await web.NewTenantAsync(Stop);
        var before = await tenant.RowsAsync();

        using var answer = await tenant.Client.PostAsync(path, ApiTenant.Json(body), Stop);

        await answer.ShouldBeProblemAsync((HttpStatusCode)status, fields.Split(' '));
        (await tenant.RowsAsync()).ShouldBe(before);
    }

    [Theory]
    [InlineData("?kind=work", "{}\n{\"a\":\n", 400, "items[1]")]
    [InlineData("?kind=work", "", 422, "items")]
    [InlineData("?kind=work", "\n\n  \n", 422, "items")]
    [InlineData("?kind=work", "{}\n7\n", 422, "items[1]")]
    [InlineData("?kind=nothing", "{}", 422, "kind")]
    [InlineData("", "{}", 422, "kind")]
    [InlineData("?kind=work&maxAttempts=many", "{}", 422, "maxAttempts")]
    [InlineData("?kind=work&colour=red", "{}", 422, "colour")]
    [InlineData("?kind=work&metadata.a=%00", "{}", 422, "metadata.a")]
    public async Task Lines_that_break_a_rule_name_the_field(
        string query,
        string body,
        int status,
        string field
    )
    {
        using var tenant = await web.NewTenantAsync(Stop);

        using var answer = await tenant.Client.PostAsync(Jobs + query, ApiTenant.Lines(body), Stop);

        await answer.ShouldBeProblemAsync((HttpStatusCode)status, field);
        (await tenant.RowsAsync()).ShouldBe(Nothing);
    }

    [Fact]
    public async Task Lines_that_are_refused_after_megabytes_leave_nothing()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        var line = $"{{\"a\":\"{new string('x', 100_000)}\"}}\n";
        var body = new StringBuilder().Insert(0, line, 60).Append("not json\n{}").ToString();

        using var answer = await tenant.Client.PostAsync(
            $"{Jobs}?kind=work",
            ApiTenant.Lines(body),
            Stop
        );

        await answer.ShouldBeProblemAsync(HttpStatusCode.BadRequest, "items[60]");
        (await tenant.RowsAsync()).ShouldBe(Nothing);
    }

    [Fact]
    public async Task A_line_longer_than_an_item_may_be_is_refused()
    {
        using var tenant = await web.NewTenantAsync(Stop);

        using var answer = await tenant.Client.PostAsync(
            $"{Jobs}?kind=work",
            ApiTenant.Lines($"{{}}\n{{\"a\":\"{new string('x', 1_000_000)}\"}}\n{{}}"),
            Stop
        );

        await answer.ShouldBeProblemAsync(HttpStatusCode.UnprocessableEntity, "items[1]");
        (await tenant.RowsAsync()).ShouldBe(Nothing);
    }

    [Fact]
    public async Task A_hundred_and_one_queries_are_too_many_at_once()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        var queries = string.Join(',', Enumerable.Repeat("{\"q\":\"a\"}", 101));

        using var answer = await tenant.Client.PostAsync(
            "/api/v1/batch/queries",
            ApiTenant.Json($"{{\"queries\":[{queries}]}}"),
            Stop
        );

        await answer.ShouldBeProblemAsync(HttpStatusCode.UnprocessableEntity, "queries");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_JSON_body_over_its_limit_is_refused_announced_or_not(bool announced)
    {
        using var tenant = await web.NewTenantAsync(Stop);
        using var body = new StreamContent(new Endless(17 * 1024 * 1024, announced));
        body.Headers.ContentType = new("application/json");

        using var answer = await tenant.Client.PostAsync(Jobs, body, Stop);

        await answer.ShouldBeProblemAsync(HttpStatusCode.RequestEntityTooLarge);
        (await tenant.RowsAsync()).ShouldBe(Nothing);
    }

    [Theory]
    [InlineData("POST", "/api/v1/keys", 1_100_000, 413)]
    [InlineData("GET", "/api/v1/nothing", 0, 404)]
    [InlineData("GET", "/nothing", 0, 404)]
    [InlineData("GET", "/api/v1/batch/jobs/not-an-id", 0, 404)]
    [InlineData("DELETE", "/api/v1/batch/jobs", 0, 405)]
    [InlineData("PUT", "/api/v1/search", 0, 405)]
    [InlineData("POST", "/api/v1/batch/jobs", -1, 415)]
    [InlineData("POST", "/api/v1/batch/queries", -1, 415)]
    [InlineData("POST", "/api/v1/batch/queries/async", -1, 415)]
    [InlineData("POST", "/api/v1/batch/documents", -1, 415)]
    [InlineData("POST", "/api/v1/keys", -1, 415)]
    [InlineData("POST", "/api/v1/keys", 3, 400)]
    public async Task What_the_server_itself_refuses_is_a_problem_too(
        string method,
        string path,
        int bytes,
        int status
    )
    {
        using var client = web.WithKey(WebHost.AdminKey);
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (bytes != 0)
        {
            request.Content = new StringContent(
                new string('x', Math.Abs(bytes)),
                Encoding.UTF8,
                bytes < 0 ? "text/plain" : "application/json"
            );
        }

        using var answer = await client.SendAsync(request, Stop);

        await answer.ShouldBeProblemAsync((HttpStatusCode)status);
    }

    [Theory]
    [InlineData(
        "/api/v1/batch/jobs?state=done&priority=urgent&limit=0&cursor=x",
        "state priority limit cursor"
    )]
    [InlineData("/api/v1/search?q=&limit=0", "q limit")]
    [InlineData("/api/v1/search?q=a%00b", "q")]
    [InlineData("/api/v1/search?q=a&tags=%00", "tags[0]")]
    [InlineData("/api/v1/documents?q=%00", "q")]
    [InlineData("/api/v1/documents?cursor=x", "cursor")]
    [InlineData("/api/v1/documents?limit=1000", "limit")]
    [InlineData("/api/v1/batch/jobs?kind=%00", "kind")]
    public async Task A_query_parameter_that_breaks_a_rule_is_named(string path, string fields)
    {
        using var tenant = await web.NewTenantAsync(Stop);

        using var answer = await tenant.Client.GetAsync(path, Stop);

        await answer.ShouldBeProblemAsync(HttpStatusCode.UnprocessableEntity, fields.Split(' '));
    }

    [Theory]
    [InlineData("/api/v1/search?q=a&limit=many")]
    [InlineData("/api/v1/batch/jobs?limit=many")]
    public async Task A_query_parameter_of_the_wrong_type_is_a_problem(string path)
    {
        using var tenant = await web.NewTenantAsync(Stop);

        using var answer = await tenant.Client.GetAsync(path, Stop);

        await answer.ShouldBeProblemAsync(HttpStatusCode.BadRequest);
    }

    private const string Nothing = "batches 0, documents 0, blobs 0, pages 0, chunks 0, outcomes 0";

    /// <summary>A JSON object that goes on for a while.</summary>
    private sealed class Endless(int length, bool announced) : Stream
    {
        private int position;

        public override bool CanRead => true;
        public override bool CanSeek => announced;
        public override bool CanWrite => false;
        public override long Length => announced ? length : throw new NotSupportedException();

        public override long Position
        {
            get => position;
            set => position = (int)value;
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var given = Math.Min(count, length - position);
            buffer.AsSpan(offset, given).Fill((byte)' ');
            position += given;
            return given;
        }

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => position;

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) =>
            throw new NotSupportedException();
    }
}
