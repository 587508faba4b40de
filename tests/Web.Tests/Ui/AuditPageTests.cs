using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Jobs.Web.Tests.Ui;

/// <summary>The audit, as an administrator reads it.</summary>
public sealed class AuditPageTests(BrowserFixture browser) : BrowserTest(browser)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ColorScheme.Light, 1280)]
    [InlineData(ColorScheme.Dark, 375)]
    public async Task Entries_are_found_and_downloaded(ColorScheme colors, int width)
    {
        var tenant = $"audited-{width}";
        var other = await OpenAsync();
        await other.GotoAsync(await Browser.SignInLinkAsync(tenant, Stop));
        await RefusedAsync(other, "/api/v1/queues/low/pause", 403);
        await RefusedAsync(
            other,
            "/api/v1/batch/jobs/01990000-0000-7000-8000-000000000001/cancel",
            404
        );

        var page = await OpenSignedInAsync(colors, width);
        await page.GotoAsync("/dashboard");
        await page.Locator("#audit-link").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await page.FillAsync("#tenant", tenant);
        await page.Keyboard.PressAsync("Enter");
        var rows = page.Locator("#entries tbody tr");
        await Assertions.Expect(rows).ToHaveCountAsync(3);
        await Assertions.Expect(rows.Nth(2)).ToContainTextAsync("session.begin");
        await Assertions.Expect(rows.Nth(2)).ToContainTextAsync("test");
        await Assertions.Expect(rows.Nth(0)).ToContainTextAsync("batch.cancel");
        await Assertions.Expect(rows.Nth(0)).ToContainTextAsync("Refused 404");
        await Assertions.Expect(rows.Nth(1)).ToContainTextAsync("queue.pause");
        await Assertions.Expect(rows.Nth(1)).ToContainTextAsync("127.0.0.1");

        await page.FillAsync("#action", "queue.pause");
        await page.FillAsync("#from", "2026-01-01");
        await page.ClickAsync("#audit-form button");
        await Assertions.Expect(rows).ToHaveCountAsync(1);
        var download = await page.RunAndWaitForDownloadAsync(() =>
            page.ClickAsync("#export-ndjson")
        );
        (await File.ReadAllLinesAsync(await download.PathAsync(), Stop))
            .ShouldHaveSingleItem()
            .ShouldContain("queue.pause");
        await CheckAsync(page);

        await page.FillAsync("#to", "2020-01-01");
        await page.ClickAsync("#audit-form button");
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
    }

    [Fact]
    public async Task It_is_for_administrators()
    {
        var page = await OpenAsync();
        await page.GotoAsync(await Browser.SignInLinkAsync("no-auditor", Stop));
        await page.GotoAsync("/dashboard");
        await Assertions.Expect(page.Locator("#activity-title")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("#audit-link")).ToHaveCountAsync(0);

        (await page.GotoAsync("/audit"))!.Status.ShouldBe(403);
    }

    private static async Task RefusedAsync(IPage page, string path, int status) =>
        (
            await page.EvaluateAsync<int>(
                """
                async path => (await fetch(path, {
                    method: "POST",
                    headers: { "X-CSRF-Token": document.querySelector('meta[name="csrf"]').content },
                })).status
                """,
                path
            )
        ).ShouldBe(status);

    private static async Task CheckAsync(IPage page)
    {
        (await page.RunAxe())
            .Violations.Select(v => $"{page.Url} {v.Id}: {v.Nodes[0].Html}")
            .ShouldBeEmpty();
        (
            await page.EvaluateAsync<int>(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
        ).ShouldBe(0, page.Url);
    }
}
