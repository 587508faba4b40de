using Jobs.Batches;
using Jobs.Queues;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace Jobs.Web.Tests.Ui;

public sealed class BatchPageTests(BrowserFixture browser) : BrowserTest(browser)
{
    [Fact]
    public async Task Progress_shows_without_a_reload_and_right_after_one()
    {
        var cancel = TestContext.Current.CancellationToken;
        var id = await Browser.SubmitGatedAsync(4, cancel);
        var page = await OpenSignedInAsync();
        await page.GotoAsync($"/batches/{id}");
        await page.EvaluateAsync("window.untouched = true");
        await Expect(page, "running", "4");
        await Assertions.Expect(page.Locator("#progress .badge")).ToHaveTextAsync("Running");

        Browser.Gate.Succeed(1);
        await Expect(page, "succeeded", "1");
        await Expect(page, "percent", "25 %");

        Browser.Gate.Fail(1);
        await Expect(page, "failed", "1");
        await Assertions.Expect(page.Locator(".errors code")).ToHaveTextAsync("turned_away");
        (await page.EvaluateAsync<bool>("window.untouched === true")).ShouldBeTrue();

        // What the server renders is up to date before any script has run.
        var plain = await page.Context.APIRequest.GetAsync($"/batches/{id}");
        var html = await plain.TextAsync();
        html.ShouldContain("data-value=\"succeeded\">1<");
        html.ShouldContain("The gate &lt;b&gt;was&lt;/b&gt; shut.");

        await page.ReloadAsync();
        await Expect(page, "succeeded", "1");
        Browser.Gate.Succeed(2);
        await Assertions.Expect(page.Locator("#progress .badge")).ToHaveTextAsync("Partly failed");
        await Expect(page, "succeeded", "3");
        await Assertions.Expect(page.Locator("#cancel-button")).ToHaveCountAsync(0);
        await Assertions.Expect(page.Locator("#items .badge.good")).ToHaveCountAsync(3);
    }

    [Fact]
    public async Task A_batch_is_cancelled_after_a_question()
    {
        var cancel = TestContext.Current.CancellationToken;
        var id = await Browser.SubmitGatedAsync(3, cancel);
        var page = await OpenSignedInAsync();
        await page.GotoAsync($"/batches/{id}");

        await page.FocusAsync("#cancel-button");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.GetByText("Keep it running")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.Locator("#cancel-button")).ToBeFocusedAsync();

        await page.Keyboard.PressAsync("Enter");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#progress .badge")).ToHaveTextAsync("Cancelled");
        await Expect(page, "cancelled", "3");
    }

    [Fact]
    public async Task A_batch_is_paused_resumed_and_its_failures_are_retried()
    {
        var cancel = TestContext.Current.CancellationToken;
        var id = await Browser.SubmitGatedAsync(2, cancel);
        var page = await OpenSignedInAsync();
        await page.GotoAsync($"/batches/{id}");
        var badge = page.Locator("#progress .badge");
        await Assertions.Expect(badge).ToHaveTextAsync("Running");
        await Assertions.Expect(page.Locator("#retry-button")).ToHaveCountAsync(0);

        await page.FocusAsync("#pause-button");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(badge).ToHaveTextAsync("Paused");
        await Assertions.Expect(page.Locator("#pause-button")).ToHaveCountAsync(0);
        await Assertions.Expect(page.Locator("#cancel-button")).ToHaveCountAsync(1);
        await page.FocusAsync("#resume-button");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(badge).ToHaveTextAsync("Running");

        Browser.Gate.Fail(2);
        await Assertions.Expect(badge).ToHaveTextAsync("Failed");
        var retry = page.GetByRole(AriaRole.Button, new() { Name = "Retry 2 failed" });
        await retry.ClickAsync();
        await Assertions.Expect(badge).ToHaveTextAsync("Running");
        Browser.Gate.Succeed(2);
        await Assertions.Expect(badge).ToHaveTextAsync("Succeeded");
        await Expect(page, "succeeded", "2");
        await Expect(page, "failed", "0");
    }

    [Fact]
    public async Task The_list_on_the_front_page_follows()
    {
        var cancel = TestContext.Current.CancellationToken;
        var id = await Browser.SubmitGatedAsync(2, cancel);
        var page = await OpenSignedInAsync();
        var row = page.Locator($".row:has(#b-{id})");
        await Assertions.Expect(row.Locator(".badge")).ToHaveTextAsync("Running");
        await page.FocusAsync($"[id='b-{id}']");
        Browser.Gate.Succeed(2);
        await Assertions.Expect(row.Locator(".badge")).ToHaveTextAsync("Succeeded");
        await Assertions.Expect(page.Locator($"[id='b-{id}']")).ToBeFocusedAsync();
    }

    [Fact]
    public async Task Who_waits_for_a_paused_priority_is_told_so()
    {
        var cancel = TestContext.Current.CancellationToken;
        // Of a priority that no other test uses, and of batches that start in a far future.
        var id = await Browser.SubmitGatedAsync(
            2,
            cancel,
            draft =>
                draft with
                {
                    Priority = Priority.Low,
                    NotBefore = new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero),
                }
        );
        var pauses = Browser.Services.GetRequiredService<PriorityPauses>();
        var page = await OpenSignedInAsync();
        await page.GotoAsync($"/batches/{id}");
        await Assertions.Expect(page.Locator("#priority-paused")).ToHaveCountAsync(0);
        try
        {
            await pauses.PauseAsync(Priority.Low, "test", cancel);
            await page.ReloadAsync();
            await Assertions
                .Expect(page.Locator("#priority-paused"))
                .ToContainTextAsync("paused all work of low priority");
            await page.GotoAsync("/");
            await Assertions
                .Expect(page.Locator($".row:has(#b-{id})"))
                .ToContainTextAsync("low priority is paused");
        }
        finally
        {
            await pauses.ResumeAsync(Priority.Low, cancel);
        }
    }

    private static Task Expect(IPage page, string value, string text) =>
        Assertions.Expect(page.Locator($"#progress [data-value={value}]")).ToHaveTextAsync(text);
}
