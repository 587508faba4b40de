using System.Net;
using System.Text.Json;
using Microsoft.Playwright;

namespace Jobs.Web.Tests.Ui;

public sealed class SchedulePagesTests(BrowserFixture browser) : BrowserTest(browser)
{
    [Fact]
    public async Task A_schedule_is_made_run_paused_resumed_changed_and_deleted_with_the_keyboard()
    {
        var page = await OpenSignedInAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Schedules" }).PressAsync("Enter");
        await page.GetByRole(AriaRole.Link, new() { Name = "New schedule" }).PressAsync("Enter");
        await Assertions.Expect(page.Locator("#name")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("keyboard");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.TypeAsync("61 * * * *");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("[role=alert]")).ToContainTextAsync("not saved");
        await Assertions
            .Expect(page.Locator("#cron-error"))
            .ToHaveTextAsync("Cron line the minute '61' must be from 0 to 59");
        await Assertions.Expect(page.Locator("#cron")).ToHaveAttributeAsync("aria-invalid", "true");
        await Assertions.Expect(page.Locator("#name")).ToHaveValueAsync("keyboard");

        await page.FillAsync("#cron", "0 0 1 1 *");
        await page.FillAsync("#items", "{\"q\":\"lynx\"}\n\n{\"q\":\"owl\"}");
        await page.Locator("#cron").PressAsync("Enter");
        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync("keyboard");
        var badge = page.Locator(".head .badge");
        await Assertions.Expect(badge).ToHaveTextAsync("On");
        await Assertions.Expect(page.GetByText("2 query items")).ToBeVisibleAsync();

        await page.Locator("#run-button").PressAsync("Enter");
        await page.WaitForURLAsync("**/batches/*");
        await Assertions.Expect(page.Locator("#progress .badge")).ToHaveTextAsync("Succeeded");
        await page.GotoAsync("/schedules/keyboard");
        await Assertions.Expect(page.Locator(".row .badge")).ToHaveTextAsync("Succeeded");
        await Assertions.Expect(page.Locator(".row")).ToContainTextAsync("by hand");

        await page.Locator("#pause-button").PressAsync("Enter");
        await Assertions.Expect(badge).ToHaveTextAsync("Paused");
        await page.GotoAsync("/schedules");
        await Assertions
            .Expect(page.Locator(".row:has-text('keyboard') .badge.warn"))
            .ToHaveTextAsync("Paused");
        await page.GetByRole(AriaRole.Button, new() { Name = "Resume keyboard" })
            .PressAsync("Enter");
        await Assertions.Expect(badge).ToHaveTextAsync("On");

        await page.GetByRole(AriaRole.Link, new() { Name = "Edit" }).PressAsync("Enter");
        await page.SelectOptionAsync("#missedTicks", "skip");
        await page.UncheckAsync("[name=enabled]");
        await page.ClickAsync("#save");
        await Assertions.Expect(badge).ToHaveTextAsync("Paused");
        await Assertions.Expect(page.GetByText("are left out")).ToBeVisibleAsync();

        await page.Locator("#delete-button").PressAsync("Enter");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync("**/schedules");
        var gone = await page.GotoAsync("/schedules/keyboard");
        gone!.Status.ShouldBe((int)HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task What_the_form_does_not_show_stays_and_what_it_shows_is_text()
    {
        var page = await OpenSignedInAsync();
        var api = page.Context.APIRequest;
        const string Hostile = """{"q":"</textarea><script>window.hacked = 1</script>"}""";
        var put = await api.PutAsync(
            "/api/v1/schedules/kept",
            new()
            {
                Headers = new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["X-API-Key"] = Browser.AdminKey,
                    ["Content-Type"] = "application/json",
                },
                DataString = $$"""
                {"cron":"0 0 1 1 *","kind":"query","items":[{{Hostile}}],"options":{"maxAttempts":7,"validate":"strict"},
                 "metadata":{"a":"b"},"callbackUrl":"https://example.com/hook"}
                """,
            }
        );
        put.Status.ShouldBe((int)HttpStatusCode.Created);

        await page.GotoAsync("/schedules/kept/edit");
        await Assertions.Expect(page.Locator("#items")).ToHaveValueAsync(Hostile);
        await page.FillAsync("#cron", "0 0 2 1 *");
        await page.ClickAsync("#save");
        await Assertions.Expect(page.GetByText("0 0 2 1 *")).ToBeVisibleAsync();

        (await page.EvaluateAsync<bool>("'hacked' in window")).ShouldBeFalse();
        var answer = await api.GetAsync("/api/v1/schedules/kept");
        var schedule = JsonElement.Parse(await answer.TextAsync());
        schedule.GetProperty("options").GetProperty("maxAttempts").GetInt32().ShouldBe(7);
        schedule.GetProperty("options").GetProperty("validate").GetString().ShouldBe("strict");
        schedule.GetProperty("metadata").GetProperty("a").GetString().ShouldBe("b");
        schedule.GetProperty("callbackUrl").GetString().ShouldBe("https://example.com/hook");
        schedule.GetProperty("items").GetRawText().ShouldBe($"[{Hostile}]");

        // A second one of that name is not made over the first.
        await page.GotoAsync("/new-schedule");
        await page.FillAsync("#name", "kept");
        await page.FillAsync("#cron", "* * * * *");
        await page.ClickAsync("#save");
        await Assertions.Expect(page.Locator("#name-error")).ToContainTextAsync("there already");
    }
}
