using System.Text;
using Microsoft.Playwright;

namespace Jobs.Web.Tests.Ui;

public sealed class HostileTextTests(BrowserFixture browser) : BrowserTest(browser)
{
    private const string Name = "<img src=x onerror=alert(1)> & 'co'.txt";
    private const string Text =
        "Quokka <script>alert(2)</script> <mark onclick=alert(3)>quokka</mark> & more";

    [Fact]
    public async Task Names_and_texts_are_shown_as_they_are_and_never_run()
    {
        var page = await OpenSignedInAsync();
        var ran = new List<string>();
        page.Dialog += (_, dialog) =>
        {
            ran.Add(dialog.Message);
            _ = dialog.DismissAsync();
        };
        await page.SetInputFilesAsync(
            "#files",
            new FilePayload
            {
                Name = Name,
                MimeType = "text/plain",
                Buffer = Encoding.UTF8.GetBytes(Text),
            }
        );
        await ShowsAsync(page, ".verdicts li a", Name);
        var document = await page.GetAttributeAsync(".verdicts li a", "href");
        await page.ClickAsync(".verdicts p a");
        await Assertions.Expect(page.Locator("#progress .badge")).ToHaveTextAsync("Succeeded");
        await ShowsAsync(page, "#items .title", Name);
        await page.GotoAsync(document!);
        await ShowsAsync(page, "h1", Name);
        await ShowsAsync(page, "pre.text", Text);
        await page.GotoAsync("/documents");
        await ShowsAsync(page, $".rows a[href='{document}']", Name);
        await page.GotoAsync("/search?q=quokka");
        await ShowsAsync(page, ".hits .title", Name);
        // PostgreSQL leaves out of a headline what looks like an element; the rest is text.
        await Assertions
            .Expect(page.Locator(".hits .passage"))
            .ToContainTextAsync("<mark onclick=alert(3)>quokka");
        await Assertions.Expect(page.Locator(".hits mark")).ToHaveCountAsync(2);

        const string Query = "</textarea><script>alert(4)</script> quokka";
        await page.GotoAsync($"/search?q={Uri.EscapeDataString(Query)}");
        (await page.InputValueAsync("#q")).ShouldBe(Query);
        await page.GotoAsync("/");
        await page.FillAsync("#lines", Query);
        await page.ClickAsync("#queries button");
        await page.WaitForURLAsync("**/batches/*");
        await ShowsAsync(page, "#items .title", Query);
        await page.ClickAsync("#items summary");
        await ShowsAsync(page, "#items .hits .title", Name);
        ran.ShouldBeEmpty();
        (await page.Locator("main img, main script:not([src])").CountAsync()).ShouldBe(0);
    }

    private static async Task ShowsAsync(IPage page, string selector, string text) =>
        (await page.Locator(selector).First.TextContentAsync())!.Trim().ShouldBe(text);
}
