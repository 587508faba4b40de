using Microsoft.Playwright;

namespace Jobs.Web.Tests.Ui;

/// <summary>A test in a browser: what it opens is closed with it, so that no page of another test keeps asking.</summary>
public abstract class BrowserTest(BrowserFixture browser) : IAsyncLifetime
{
    private readonly List<IBrowserContext> _opened = [];

    protected BrowserFixture Browser => browser;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var context in _opened)
        {
            await context.DisposeAsync();
        }
        GC.SuppressFinalize(this);
    }

    /// <summary>A page where nobody is signed in.</summary>
    protected async Task<IPage> OpenAsync(ColorScheme colors = ColorScheme.Light, int width = 1280)
    {
        var context = await browser.NewContextAsync(colors, width);
        _opened.Add(context);
        return await context.NewPageAsync();
    }

    /// <summary>The front page, signed in as the administrator.</summary>
    protected async Task<IPage> OpenSignedInAsync(
        ColorScheme colors = ColorScheme.Light,
        int width = 1280
    )
    {
        var page = await OpenAsync(colors, width);
        await page.GotoAsync(await browser.SignInLinkAsync());
        return page;
    }
}
