using System.Net;
using System.Net.Http.Headers;
using Jobs.Testing;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;

namespace Jobs.Web.Tests.Ui;

public sealed class ProblemPageTests(BrowserFixture browser)
{
    [Fact]
    public async Task A_browser_gets_a_page_for_what_is_not_there_and_a_program_a_problem()
    {
        using var client = new HttpClient { BaseAddress = browser.Address };
        await ExpectAsync(client, "/nowhere", "text/html", "text/html");
        await ExpectAsync(client, "/nowhere", "*/*", "application/problem+json");
        await ExpectAsync(client, "/api/v1/nowhere", "text/html", "application/problem+json");
    }

    [Theory]
    [InlineData("/sign-in")]
    [InlineData("/documents")]
    public async Task Without_its_database_a_browser_is_told_so_in_words(string path)
    {
        using var folder = new TestFolder();
        await using var web = new WebApplicationFactory<Program>().WithWebHostBuilder(host =>
            host.UseEnvironment("Production")
                // Nothing listens there.
                .UseSetting("ConnectionStrings:Jobs", "Host=127.0.0.1;Port=1;Username=jobs")
                .UseSetting("Jobs:DataDirectory", folder.Location)
        );
        using var client = web.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/html"));
        if (path != "/sign-in")
        {
            request.Headers.Add("X-API-Key", "any");
        }
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        response.Headers.RetryAfter.ShouldNotBeNull();
        var html = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        html.ShouldContain("The database does not answer");
    }

    private static async Task ExpectAsync(
        HttpClient client,
        string path,
        string accept,
        string mediaType
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.Add(MediaTypeWithQualityHeaderValue.Parse(accept));
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        response.Content.Headers.ContentType!.MediaType.ShouldBe(mediaType);
    }
}
