using System.Net;
using Hangfire;
using Jobs.Tenancy;
using Jobs.Testing;
using Jobs.Web.Tests.Ui;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace Jobs.HangfireEngine.Tests;

/// <summary>Hangfire's dashboard in the front: who sees it, and what a person finds there.</summary>
public sealed class DashboardTests(BrowserFixture browser) : BrowserTest(browser)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("default", Scopes.Admin, HttpStatusCode.OK, true)]
    [InlineData("default", Scopes.Read, HttpStatusCode.OK, false)]
    [InlineData("default", Scopes.Submit, HttpStatusCode.Forbidden, false)]
    [InlineData("somebody", Scopes.Read | Scopes.Submit, HttpStatusCode.Forbidden, false)]
    public async Task It_is_for_administrators_and_without_buttons_for_readers(
        string tenant,
        Scopes scopes,
        HttpStatusCode status,
        bool buttons
    )
    {
        // Its buttons are those of a list that has jobs.
        await SucceededAsync();
        using var client = await WithKeyAsync(tenant, scopes);

        using var answer = await client.GetAsync("/hangfire/jobs/succeeded", Stop);

        answer.StatusCode.ShouldBe(status);
        (await answer.Content.ReadAsStringAsync(Stop))
            .Contains("data-url=\"/hangfire/jobs/succeeded/requeue\"", StringComparison.Ordinal)
            .ShouldBe(buttons);
    }

    [Theory]
    [InlineData(Scopes.Admin | Scopes.Read, 204)]
    [InlineData(Scopes.Read, 401)]
    public async Task Only_administrators_act(Scopes scopes, int status)
    {
        var key = (
            await Browser
                .Services.GetRequiredService<ApiKeys>()
                .CreateAsync("default", "test", scopes, null, Stop)
        ).Key;
        var page = await OpenAsync();
        await page.GotoAsync("/sign-in");
        await page.FillAsync("#key", key);
        await page.Keyboard.PressAsync("Enter");
        await page.GetByRole(AriaRole.Link, new() { Name = "Hangfire" }).ClickAsync();

        // As the dashboard's own script does it, with the token of the page.
        var answer = await page.EvaluateAsync<int>(
            """
            async () => {
                const meta = name => document.querySelector(`meta[name=${name}]`).content;
                const response = await fetch('/hangfire/recurring/trigger', {
                    method: 'POST',
                    headers: {
                        [meta('csrf-header')]: meta('csrf-token'),
                        'Content-Type': 'application/x-www-form-urlencoded',
                    },
                    body: 'jobs[]=jobs:system/cleanup',
                });
                return response.status;
            }
            """
        );

        answer.ShouldBe(status);
    }

    [Fact]
    public async Task Whoever_is_not_signed_in_is_asked_to_sign_in()
    {
        using var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false })
        {
            BaseAddress = Browser.Address,
        };

        using var answer = await client.GetAsync("/hangfire", Stop);

        answer.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        answer.Headers.Location!.ToString().ShouldContain("/sign-in?return=%2Fhangfire");
    }

    [Fact]
    public async Task A_batch_is_found_by_its_job_and_back()
    {
        var page = await OpenSignedInAsync();
        var errors = new List<string>();
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                errors.Add(message.Text);
            }
        };
        page.PageError += (_, error) => errors.Add(error);
        var batch = await Browser.SubmitGatedAsync(3, Stop);
        Browser.Gate.Succeed(3);

        await page.GetByRole(AriaRole.Link, new() { Name = "Hangfire" }).ClickAsync();
        await page.GotoAsync("/hangfire/jobs/succeeded");
        var job = page.GetByRole(AriaRole.Link, new() { Name = $"of batch {batch}" }).First;
        while (!await job.IsVisibleAsync())
        {
            await page.ReloadAsync();
        }
        await Assertions.Expect(job).ToContainTextAsync("gated: chunk ");
        await job.ClickAsync();
        await Assertions.Expect(page.Locator("body")).ToContainTextAsync("Settled.");
        await page.GetByRole(AriaRole.Link, new() { Name = "The batch in Jobs" }).ClickAsync();

        await page.WaitForURLAsync($"**/batches/{batch}");
        errors.ShouldBeEmpty();
    }

    // A job of this test's own, until the storage has it among those that succeeded.
    private async Task SucceededAsync()
    {
        var batch = await Browser.SubmitGatedAsync(1, Stop);
        Browser.Gate.Succeed(1);
        var monitoring = Browser.Services.GetRequiredService<JobStorage>().GetMonitoringApi();
        var started = TimeProvider.System.GetTimestamp();
        while (
            !monitoring.SucceededJobs(0, 100).Any(j => j.Value.Job?.Args.Contains(batch) == true)
        )
        {
            TimeProvider.System.GetElapsedTime(started).ShouldBeLessThan(EngineHost.Patience);
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Stop);
        }
    }

    private async Task<HttpClient> WithKeyAsync(string tenant, Scopes scopes)
    {
        var made = await Browser
            .Services.GetRequiredService<ApiKeys>()
            .CreateAsync(tenant, "test", scopes, null, Stop);
        var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false })
        {
            BaseAddress = Browser.Address,
        };
        client.DefaultRequestHeaders.Add("X-API-Key", made.Key);
        return client;
    }
}
