using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Jobs.Web.Tests.Ui;

/// <summary>The dashboard, the bell and the notifications, as somebody in front of them sees them.</summary>
public sealed class DashboardPageTests(BrowserFixture browser) : BrowserTest(browser)
{
    [Fact]
    public async Task Two_tabs_show_the_same_number_of_unread_notifications_and_it_is_exact()
    {
        // A tenant of its own: nobody else's batches end in it, and how healthy the service is is told to others.
        var one = await OpenAsync();
        await one.GotoAsync(
            await Browser.SignInLinkAsync("two-tabs", TestContext.Current.CancellationToken)
        );
        var two = await one.Context.NewPageAsync();
        await one.GotoAsync("/notifications");
        await two.GotoAsync("/search");
        await Assertions.Expect(Count(one)).ToBeHiddenAsync();
        await Assertions.Expect(Count(two)).ToBeHiddenAsync();

        await FailAsync(one);
        await Assertions.Expect(Count(one)).ToHaveTextAsync("1");
        await Assertions.Expect(Count(two)).ToHaveTextAsync("1");
        await FailAsync(one);
        await Assertions.Expect(Count(two)).ToHaveTextAsync("2");
        await Assertions.Expect(one.Locator("#notifications .tag")).ToHaveCountAsync(2);

        // Read in one, it is read in the other, where the list is shown too.
        await two.GotoAsync("/notifications");
        await Assertions.Expect(two.Locator("#notifications .tag")).ToHaveCountAsync(2);
        await one.Locator("#notifications [id^=read-]:not(#read-all-button)").First.ClickAsync();
        await Assertions.Expect(Count(one)).ToHaveTextAsync("1");
        await Assertions.Expect(Count(two)).ToHaveTextAsync("1");
        await Assertions.Expect(two.Locator("#notifications .tag")).ToHaveCountAsync(1);
        await FailAsync(one);
        await Assertions.Expect(Count(two)).ToHaveTextAsync("2");

        // The tab that listens for both goes: the other takes over.
        await one.CloseAsync();
        await FailAsync(two);
        await Assertions.Expect(Count(two)).ToHaveTextAsync("3");
        await two.ClickAsync("#bell");
        await two.Locator("#read-all-button").FocusAsync();
        await two.Keyboard.PressAsync("Enter");
        await Assertions.Expect(two.Locator("#unread-words")).ToHaveTextAsync("All are read.");
        await Assertions.Expect(Count(two)).ToBeHiddenAsync();
    }

    [Theory]
    [InlineData(ColorScheme.Light, 1280)]
    [InlineData(ColorScheme.Dark, 1280)]
    [InlineData(ColorScheme.Light, 375)]
    public async Task The_dashboard_shows_how_things_stand_and_goes_on_by_itself(
        ColorScheme colors,
        int width
    )
    {
        var page = await OpenSignedInAsync(colors, width);
        await page.GotoAsync("/dashboard");
        await Assertions.Expect(page.Locator("#score")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("svg[role=img]")).ToHaveCountAsync(4);
        var before = await FailedAsync(page);

        await FailAsync(page);
        await page.WaitForFunctionAsync(
            "before => Number(document.querySelector('#dashboard .counts .bad dd').textContent.replaceAll(',', '')) > before",
            before
        );
        await page.Locator("#failures-table summary").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#failures-table table")).ToBeVisibleAsync();
        await CheckAsync(page);
        if (Environment.GetEnvironmentVariable("JOBS_TEST_SCREENSHOTS") is { } folder)
        {
            await page.ScreenshotAsync(
                new() { Path = $"{folder}/dashboard-{colors}-{width}.png", FullPage = true }
            );
        }
        await page.GotoAsync("/notifications");
        await CheckAsync(page);
        if (Environment.GetEnvironmentVariable("JOBS_TEST_SCREENSHOTS") is { } again)
        {
            await page.ScreenshotAsync(
                new() { Path = $"{again}/notifications-{colors}-{width}.png", FullPage = true }
            );
        }
    }

    [Fact]
    public async Task What_ended_is_downloaded_as_a_file()
    {
        var page = await OpenSignedInAsync();
        await FailAsync(page);
        await page.GotoAsync("/dashboard");
        foreach (var format in (string[])["csv", "xlsx", "json"])
        {
            await page.Locator($"#export-{format}").FocusAsync();
            var download = await page.RunAndWaitForDownloadAsync(() =>
                page.Keyboard.PressAsync("Enter")
            );
            download.SuggestedFilename.ShouldBe($"batches.{format}");
        }
    }

    private static ILocator Count(IPage page) => page.Locator("#bell .count");

    private static async Task<int> FailedAsync(IPage page) =>
        int.Parse(
            await page.Locator("#dashboard .counts .bad dd").InnerTextAsync(),
            System.Globalization.NumberStyles.AllowThousands,
            System.Globalization.CultureInfo.InvariantCulture
        );

    // A batch of one item that fails, as a page submits it.
    private static async Task FailAsync(IPage page) =>
        (
            await page.EvaluateAsync<int>(
                """
                async () => (await fetch("/api/v1/batch/jobs", {
                    method: "POST",
                    headers: {
                        "Content-Type": "application/json",
                        "X-CSRF-Token": document.querySelector('meta[name="csrf"]').content,
                    },
                    body: JSON.stringify({ kind: "query", items: [{ report: "no-such-report" }] }),
                })).status
                """
            )
        ).ShouldBe(202);

    private static async Task CheckAsync(IPage page)
    {
        await page.WaitForLoadStateAsync();
        if (page.ViewportSize!.Width > 1000)
        {
            var axe = await page.RunAxe();
            axe.Violations.Select(v => $"{page.Url} {v.Id}: {v.Nodes[0].Html}").ShouldBeEmpty();
        }
        (
            await page.EvaluateAsync<int>(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
        ).ShouldBe(0, page.Url);
    }
}
