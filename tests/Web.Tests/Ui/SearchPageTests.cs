using System.Net;
using Microsoft.Playwright;

namespace Jobs.Web.Tests.Ui;

public sealed class SearchPageTests(BrowserFixture browser) : BrowserTest(browser)
{
    [Fact]
    public async Task Filters_limit_what_is_found_and_stay_from_page_to_page()
    {
        var page = await OpenSignedInAsync();
        await UploadAsync(
            page,
            [
                .. Enumerable
                    .Range(1, 12)
                    .Select(n => ($"marten {n}.md", $"# Marten {n}\n\nA marten of the woods.")),
                ("marten.html", "<p>A marten in HTML, too.</p>"),
                ("marten.txt", "A marten in plain text."),
            ]
        );
        await page.GetByRole(AriaRole.Link, new() { Name = "Search" }).PressAsync("Enter");
        await Assertions.Expect(page.Locator("#q")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("marten");
        await page.Keyboard.PressAsync("Enter");
        await Assertions
            .Expect(page.Locator("#found"))
            .ToContainTextAsync("1 to 10 of 14 documents");

        // With the keyboard, from the field on: the button, then the filters.
        await page.Locator("#q").FocusAsync();
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Enter");
        await page.Locator("#type").SelectOptionAsync("HTML and Markdown");
        await page.Locator("#from").FillAsync("2020-01-01");
        await page.Locator("#q").PressAsync("Enter");
        await Assertions
            .Expect(page.Locator("#found"))
            .ToContainTextAsync("1 to 10 of 13 documents");
        await Assertions.Expect(page.Locator(".filters")).ToHaveAttributeAsync("open", "");
        await page.GetByRole(AriaRole.Link, new() { Name = "More" }).PressAsync("Enter");
        await Assertions
            .Expect(page.Locator("#found"))
            .ToContainTextAsync("11 to 13 of 13 documents");
        await Assertions.Expect(page.Locator("#type")).ToHaveValueAsync("HTML and Markdown");
        await Assertions.Expect(page.Locator("#from")).ToHaveValueAsync("2020-01-01");
        await Assertions.Expect(page.Locator(".hits")).ToHaveAttributeAsync("start", "11");
        await page.GetByRole(AriaRole.Link, new() { Name = "Better" }).PressAsync("Enter");
        await Assertions.Expect(page.Locator("#found")).ToContainTextAsync("1 to 10");

        await page.Locator("#to").FillAsync("2020-01-02");
        await page.Locator("#q").PressAsync("Enter");
        await Assertions.Expect(page.GetByText("Nothing found")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Search without the filters" })
            .PressAsync("Enter");
        await Assertions.Expect(page.Locator("#found")).ToContainTextAsync("of 14 documents");
    }

    [Fact]
    public async Task A_search_can_be_of_one_document()
    {
        var page = await OpenSignedInAsync();
        await UploadAsync(
            page,
            [("otter one.txt", "An otter swims."), ("otter two.txt", "An otter sleeps.")]
        );
        await page.GotoAsync("/search?q=otter");
        await page.GetByRole(AriaRole.Link, new() { Name = "otter one.txt" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Search in it" }).ClickAsync();
        await page.Locator("#q").FillAsync("otter");
        await page.Locator("#q").PressAsync("Enter");

        await Assertions.Expect(page.Locator("#found")).ToContainTextAsync("1 document in");
        await Assertions.Expect(page.GetByLabel("Only in otter one.txt")).ToBeCheckedAsync();
        await page.GetByLabel("Only in otter one.txt").UncheckAsync();
        await page.Locator("#q").PressAsync("Enter");
        await Assertions.Expect(page.Locator("#found")).ToContainTextAsync("2 documents in");
    }

    [Fact]
    public async Task A_mistyped_word_is_searched_as_what_is_meant_and_the_page_says_so()
    {
        var page = await OpenSignedInAsync();
        await UploadAsync(page, [("badger.txt", "A badger digs in the evening.")]);

        await page.GotoAsync("/search?q=badegr");

        await Assertions
            .Expect(page.Locator("#corrections"))
            .ToContainTextAsync("Nothing has “badegr”: searched for badger.");
        await Assertions.Expect(page.Locator(".hits mark").First).ToHaveTextAsync("badger");
    }

    [Theory]
    [InlineData("/search?q=a&from=soon", "The first day must be a day such as 2030-01-31.")]
    [InlineData(
        "/search?q=a&from=2030-01-02&to=2030-01-01",
        "The last day must be later than from."
    )]
    [InlineData("/search?q=a&document=x", "The document must be the id of a document.")]
    public async Task A_filter_that_breaks_a_rule_is_named(string address, string message)
    {
        var page = await OpenSignedInAsync();

        var answer = await page.GotoAsync(address);

        answer!.Status.ShouldBe((int)HttpStatusCode.UnprocessableEntity);
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToHaveTextAsync(message);
        await Assertions.Expect(page.Locator("#q")).ToHaveValueAsync("a");
    }

    private static async Task UploadAsync(IPage page, (string Name, string Text)[] files)
    {
        await page.GotoAsync("/");
        await page.SetInputFilesAsync(
            "#files",
            files.Select(f => new FilePayload
            {
                Name = f.Name,
                MimeType = "application/octet-stream",
                Buffer = System.Text.Encoding.UTF8.GetBytes(f.Text),
            })
        );
        await Assertions.Expect(page.Locator(".verdicts li")).ToHaveCountAsync(files.Length);
        await page.GotoAsync((await page.GetAttributeAsync(".verdicts p a", "href"))!);
        await Assertions.Expect(page.Locator("#progress .badge")).ToHaveTextAsync("Succeeded");
    }
}
