using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Jobs.Web.Tests.Api;

/// <summary>What is always there: headers, compression, health, the description of the API.</summary>
public sealed partial class EveryResponseTests(WebHost web)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/health")]
    [InlineData("/api/v1/limits")]
    [InlineData("/api/v1/batch/jobs")]
    [InlineData("/api/v1/nothing")]
    [InlineData("/api/v1/search?q=")]
    [InlineData("/docs/index.html")]
    [InlineData("/openapi/v1.json")]
    public async Task It_says_how_long_it_took_and_how_to_name_it(string path)
    {
        using var tenant = await web.NewTenantAsync(Stop);

        using var answer = await tenant.Client.GetAsync(path, Stop);

        double.Parse(
                answer.Headers.GetValues("X-Process-Time").Single(),
                CultureInfo.InvariantCulture
            )
            .ShouldBeGreaterThanOrEqualTo(0);
        answer.Headers.GetValues("X-Process-Time").Single().ShouldMatch(@"^\d+\.\d\d$");
        answer.Headers.GetValues("X-Request-Id").Single().ShouldNotBeNullOrWhiteSpace();
        answer
            .Headers.GetValues("traceparent")
            .Single()
            .ShouldMatch("^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$");
        answer.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        answer.Headers.Contains("Server").ShouldBeFalse();
    }

    [Fact]
    public async Task A_trace_of_the_callers_goes_on()
    {
        using var client = web.Anonymous();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/health/live");
        request.Headers.Add(
            "traceparent",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
        );

        using var answer = await client.SendAsync(request, Stop);

        answer
            .Headers.GetValues("traceparent")
            .Single()
            .ShouldStartWith("00-4bf92f3577b34da6a3ce929d0e0e4736-");
    }

    [Theory]
    [InlineData("br")]
    [InlineData("gzip")]
    public async Task What_is_over_1_KB_is_compressed_where_that_is_accepted(string encoding)
    {
        using var tenant = await web.NewTenantAsync(Stop);
        var id = await tenant.SubmitAndEndAsync([.. Enumerable.Repeat("{}", 100)]);
        using var request = new HttpRequestMessage(
            HttpMethod.Get,
            $"/api/v1/batch/jobs/{id}/results"
        );
        request.Headers.Add("Accept-Encoding", encoding);

        using var answer = await tenant.Client.SendAsync(request, Stop);
        using var plain = await tenant.Client.GetAsync($"/api/v1/batch/jobs/{id}/results", Stop);

        answer.Content.Headers.ContentEncoding.ShouldBe([encoding]);
        answer.Headers.Vary.ShouldContain("Accept-Encoding", StringComparer.Ordinal);
        plain.Content.Headers.ContentEncoding.ShouldBeEmpty();
        (await answer.Content.ReadAsByteArrayAsync(Stop)).Length.ShouldBeLessThan(
            (await plain.Content.ReadAsByteArrayAsync(Stop)).Length / 2
        );
    }

    [Fact]
    public async Task Health_says_that_the_database_answers_and_a_worker_is_alive()
    {
        using var client = web.Anonymous();

        var health = JsonElement.Parse(await client.GetStringAsync("/health", Stop));

        health.GetProperty("status").GetString().ShouldBe("ok");
        health.GetProperty("database").GetString().ShouldBe("ok");
        health.GetProperty("workers").GetInt32().ShouldBeGreaterThan(0);
        health.GetProperty("version").GetString().ShouldNotBeNullOrWhiteSpace();
        (await client.GetStringAsync("/health/live", Stop)).ShouldBe("live");
        (await client.GetStringAsync("/health/ready", Stop)).ShouldBe("ready");
    }

    [Fact]
    public async Task The_description_lists_every_route_of_the_API()
    {
        using var client = web.Anonymous();

        var document = JsonElement.Parse(await client.GetStringAsync("/openapi/v1.json", Stop));

        document.GetProperty("openapi").GetString()!.ShouldStartWith("3.");
        var described = document
            .GetProperty("paths")
            .EnumerateObject()
            .SelectMany(path =>
                path.Value.EnumerateObject()
                    .Select(call => $"{call.Name.ToUpperInvariant()} {path.Name}")
            )
            .ToHashSet(StringComparer.Ordinal);
        var routes = web
            .Services.GetServices<EndpointDataSource>()
            .SelectMany(source => source.Endpoints)
            .OfType<RouteEndpoint>()
            .Where(e =>
                e.RoutePattern.RawText!.StartsWith("/api/", StringComparison.Ordinal)
                || e.RoutePattern.RawText.StartsWith("/health", StringComparison.Ordinal)
            )
            .SelectMany(e =>
                e.Metadata.GetMetadata<HttpMethodMetadata>()!
                    .HttpMethods.Select(method =>
                        $"{method} {Constraint().Replace(e.RoutePattern.RawText!.TrimEnd('/'), "}")}"
                    )
            )
            .ToList();
        routes.Count.ShouldBeGreaterThan(20);
        routes.Except(described, StringComparer.Ordinal).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_reference_is_served()
    {
        using var client = web.Anonymous();

        using var answer = await client.GetAsync("/docs/index.html", Stop);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
    }

    [GeneratedRegex(":[a-z]+}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Constraint();
}
