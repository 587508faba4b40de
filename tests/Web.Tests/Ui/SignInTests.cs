using Microsoft.Playwright;

namespace Jobs.Web.Tests.Ui;

public sealed class SignInTests(BrowserFixture browser) : BrowserTest(browser)
{
    [Fact]
    public async Task A_key_signs_in_and_leads_to_the_page_that_was_asked_for()
    {
        var page = await OpenAsync();
        await page.GotoAsync("/documents?q=a");
        page.Url.ShouldContain("/sign-in?return=");
        await page.FillAsync("#key", Browser.AdminKey);
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync("**/documents?q=a");
        await Assertions.Expect(page.Locator(".who .key")).ToHaveTextAsync("default / admin");
    }

    [Fact]
    public async Task A_wrong_key_is_told_so_in_words()
    {
        var page = await OpenAsync();
        await page.GotoAsync("/sign-in");
        await page.FillAsync("#key", "jobs_wrong");
        await page.ClickAsync("button[type=submit]");
        await Assertions
            .Expect(page.GetByRole(AriaRole.Alert))
            .ToContainTextAsync("This key is not known");
        await page.GotoAsync("/");
        page.Url.ShouldContain("/sign-in");
    }

    [Fact]
    public async Task A_link_signs_in_once()
    {
        var link = await Browser.SignInLinkAsync();
        var first = await OpenAsync();
        await first.GotoAsync(link);
        new Uri(first.Url).PathAndQuery.ShouldBe("/");
        var second = await OpenAsync();
        await second.GotoAsync(link);
        await Assertions
            .Expect(second.GetByRole(AriaRole.Alert))
            .ToContainTextAsync("This link has been used");
        await Assertions.Expect(second.Locator("#key")).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData("//elsewhere.example/")]
    [InlineData("https://elsewhere.example/")]
    [InlineData("/\\elsewhere.example")]
    [InlineData("~/documents")]
    public async Task Signing_in_never_leads_elsewhere(string target)
    {
        var page = await OpenAsync();
        await page.GotoAsync($"/sign-in?return={Uri.EscapeDataString(target)}");
        await page.FillAsync("#key", Browser.AdminKey);
        await page.ClickAsync("button[type=submit]");
        await page.WaitForURLAsync(Browser.Address.ToString());
    }

    [Fact]
    public async Task Signing_out_ends_it()
    {
        var page = await OpenSignedInAsync();
        await page.ClickAsync("text=Sign out");
        await page.WaitForURLAsync("**/sign-in");
        await page.GotoAsync("/");
        page.Url.ShouldContain("/sign-in");
    }
}
