using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Jobs.Web.Tests.Ui;

public sealed class LookTests(BrowserFixture browser) : BrowserTest(browser)
{
    [Theory]
    [InlineData(ColorScheme.Light, 1280)]
    [InlineData(ColorScheme.Dark, 1280)]
    [InlineData(ColorScheme.Light, 375)]
    public async Task No_page_breaks_a_rule_of_accessibility_or_is_wider_than_its_window(
        ColorScheme colors,
        int width
    )
    {
        var guest = await OpenAsync(colors, width);
        await guest.GotoAsync("/sign-in?code=used");
        await CheckAsync(guest);

        var page = await OpenSignedInAsync(colors, width);
        await UploadAsync(
            page,
            $"Look {colors} {width}.md",
            $"# Look\n\nA lynx of {colors} {width}."
        );
        var batch = await page.GetAttributeAsync(".verdicts p a", "href");
        var document = await page.GetAttributeAsync(".verdicts li a", "href");
        await CheckAsync(page);
        var schedule = await ScheduleAsync(page, $"look-{colors}-{width}");
        await page.GotoAsync(batch!);
        await Assertions.Expect(page.Locator("#progress .badge")).ToHaveTextAsync("Partly failed");
        foreach (
            var address in new[]
            {
                batch!,
                $"{batch}?state=cancelled",
                document!,
                "/documents",
                "/documents?q=nothing-of-that-name",
                "/search",
                "/search?q=lynx",
                "/search?q=nothing-of-that-word",
                "/search?q=lnyx&type=HTML+and+Markdown&from=2020-01-01",
                "/search?q=lynx&from=soon",
                "/reports",
                "/reports/outcomes-by-day",
                "/reports/outcomes-by-day?run=1",
                "/reports/outcomes-by-day?run=1&p.days=400",
                "/schedules",
                $"/schedules/{schedule}",
                $"/schedules/{schedule}/edit",
                "/new-schedule",
                "/nowhere",
                $"/batches/{Guid.Empty}",
            }
        )
        {
            await page.GotoAsync(address);
            await CheckAsync(page);
        }
        await page.GotoAsync(document!);
        await page.ClickAsync("#delete-button");
        await CheckAsync(page);
    }

    [Fact]
    public async Task The_first_load_is_light()
    {
        var page = await OpenSignedInAsync();
        await page.ReloadAsync(new() { WaitUntil = WaitUntilState.Load });
        var bytes = await page.EvaluateAsync<long>(
            """
            () => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
                .reduce((sum, entry) => sum + entry.encodedBodySize, 0)
            """
        );
        bytes.ShouldBeInRange(1_000, 30_000);
    }

    [Fact]
    public async Task What_matters_can_be_done_with_the_keyboard()
    {
        var page = await OpenSignedInAsync();
        await page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(page.Locator(".skip")).ToBeFocusedAsync();
        await Assertions.Expect(page.Locator(".skip")).ToBeInViewportAsync();
        await page.Keyboard.PressAsync("Enter");
        await page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(page.Locator("#files")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(page.Locator("#lines")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("lynx");
        await page.Keyboard.PressAsync("Control+Enter");
        await page.WaitForURLAsync("**/batches/*");
        await Assertions.Expect(page.Locator("#progress .badge")).ToHaveTextAsync("Succeeded");
        await Assertions.Expect(page.Locator("#items .title").First).ToHaveTextAsync("lynx");
    }

    private static async Task UploadAsync(IPage page, string name, string text)
    {
        await page.SetInputFilesAsync(
            "#files",
            new[]
            {
                new FilePayload
                {
                    Name = name,
                    MimeType = "text/markdown",
                    Buffer = System.Text.Encoding.UTF8.GetBytes(text),
                },
                new FilePayload
                {
                    Name = "program.exe",
                    MimeType = "application/octet-stream",
                    Buffer = "MZ\0\0"u8.ToArray(),
                },
            }
        );
        await Assertions.Expect(page.Locator(".verdicts li")).ToHaveCountAsync(2);
    }

    private static async Task<string> ScheduleAsync(IPage page, string name)
    {
        await page.GotoAsync("/new-schedule");
        await page.ClickAsync("#save");
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        await CheckAsync(page);
        await page.FillAsync("#name", name);
        await page.FillAsync("#cron", "0 0 1 1 *");
        await page.FillAsync("#items", """{"q":"lynx"}""");
        await page.ClickAsync("#save");
        await page.ClickAsync("#run-button");
        await Assertions.Expect(page.Locator("#progress .badge")).ToHaveTextAsync("Succeeded");
        return name;
    }

    private static async Task CheckAsync(IPage page)
    {
        // Before its styles are there a page is as wide as it likes.
        await page.WaitForLoadStateAsync();
        // The rules do not ask for the width, and asking takes a second.
        if (page.ViewportSize!.Width > 1000)
        {
            var axe = await page.RunAxe();
            axe.Violations.Select(v => $"{page.Url} {v.Id}: {v.Nodes[0].Html}").ShouldBeEmpty();
        }
        var beyond = await page.EvaluateAsync<int>(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        );
        beyond.ShouldBe(0, page.Url);
    }
}
