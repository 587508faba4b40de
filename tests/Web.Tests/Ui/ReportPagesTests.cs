using System.Net;
using System.Text.Json;
using Microsoft.Playwright;

namespace Jobs.Web.Tests.Ui;

public sealed class ReportPagesTests(BrowserFixture browser) : BrowserTest(browser)
{
    [Fact]
    public async Task A_report_is_found_run_with_its_parameters_and_exported_with_the_keyboard()
    {
        var page = await OpenSignedInAsync();
        await SubmitAsync(page);
        await page.GetByRole(AriaRole.Link, new() { Name = "Reports" }).PressAsync("Enter");
        await page.GetByRole(AriaRole.Link, new() { Name = "Outcomes by day" }).PressAsync("Enter");
        var days = page.GetByLabel("days", new() { Exact = true });
        await Assertions.Expect(days).ToHaveValueAsync("30");
        await Assertions.Expect(days).ToHaveAttributeAsync("type", "number");
        await days.FillAsync("7");
        await page.GetByLabel("kind (optional)").FillAsync("query");
        await page.Locator("#run").PressAsync("Enter");

        await Assertions.Expect(page.GetByRole(AriaRole.Table)).ToBeVisibleAsync();
        await Assertions
            .Expect(page.GetByRole(AriaRole.Columnheader, new() { Name = "batches" }))
            .ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("td").Nth(1)).ToHaveTextAsync("query");
        await Assertions.Expect(days).ToHaveValueAsync("7");
        await Assertions.Expect(page.GetByLabel("kind (optional)")).ToHaveValueAsync("query");

        foreach (var format in new[] { "CSV", "XLSX", "JSON" })
        {
            var download = await page.RunAndWaitForDownloadAsync(() =>
                page.GetByRole(AriaRole.Link, new() { Name = format, Exact = true })
                    .PressAsync("Enter")
            );
            download.SuggestedFilename.ShouldBe($"outcomes-by-day.{format.ToLowerInvariant()}");
            var bytes = await File.ReadAllBytesAsync(
                await download.PathAsync(),
                TestContext.Current.CancellationToken
            );
            bytes.Length.ShouldBeGreaterThan(50);
            if (format == "JSON")
            {
                var result = JsonElement.Parse(bytes);
                result.GetProperty("rows")[0][1].GetString().ShouldBe("query");
            }
        }
    }

    [Fact]
    public async Task A_parameter_that_breaks_a_rule_is_named_beside_its_field_and_keeps_its_value()
    {
        var page = await OpenSignedInAsync();

        var answer = await page.GotoAsync("/reports/outcomes-by-day?p.days=400&run=1");

        answer!.Status.ShouldBe((int)HttpStatusCode.UnprocessableEntity);
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("not run");
        var days = page.GetByLabel("days", new() { Exact = true });
        await Assertions.Expect(days).ToHaveAttributeAsync("aria-invalid", "true");
        await Assertions.Expect(days).ToHaveValueAsync("400");
        await Assertions
            .Expect(page.Locator("[id='p.days-error']"))
            .ToHaveTextAsync("days must be at most 366");
        await Assertions.Expect(page.GetByRole(AriaRole.Table)).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_choice_is_a_list_and_what_is_not_there_is_said()
    {
        var page = await OpenSignedInAsync();
        await page.GotoAsync("/reports/documents-by-type");
        await page.GetByLabel("state").SelectOptionAsync("failed");
        await page.ClickAsync("#run");
        await Assertions.Expect(page.GetByLabel("state")).ToHaveValueAsync("failed");
        await Assertions.Expect(page.Locator("#result-title")).ToBeVisibleAsync();

        var gone = await page.GotoAsync("/reports/none");
        gone!.Status.ShouldBe((int)HttpStatusCode.NotFound);
    }

    private static async Task SubmitAsync(IPage page)
    {
        await page.FillAsync("#lines", "lynx");
        await page.Locator("#lines").PressAsync("Control+Enter");
        await page.WaitForURLAsync("**/batches/*");
        await Assertions.Expect(page.Locator("#progress .badge")).ToHaveTextAsync("Succeeded");
    }
}
