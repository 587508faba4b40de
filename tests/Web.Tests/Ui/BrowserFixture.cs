using Jobs.Batches;
using Jobs.Kinds;
using Jobs.Tenancy;
using Jobs.Testing;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(Jobs.Web.Tests.Ui.BrowserFixture))]

namespace Jobs.Web.Tests.Ui;

/// <summary>The web host on a port and a database of its own, and a headless Chromium to look at it with.</summary>
public sealed class BrowserFixture : IAsyncLifetime
{
    // Milliseconds: generous, for machines that have much else to do.
    private const float Patience = 60_000;

    private static readonly string[] Programs =
    [
        "/usr/bin/chromium",
        "/usr/bin/chromium-browser",
        "/usr/bin/google-chrome",
    ];

    private readonly TestDatabase _database = new();
    private readonly TestFolder _folder = new();
    private readonly Gate _gate = new();
    private WebApplicationFactory<Program>? _web;
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>The services of the running host.</summary>
    public IServiceProvider Services => _web!.Services;

    public Uri Address { get; private set; } = new("http://127.0.0.1");

    public string AdminKey { get; private set; } = "";

    /// <summary>Holds the items of the kind <c>gated</c> back.</summary>
    internal Gate Gate => _gate;

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        _web = new WebApplicationFactory<Program>().WithWebHostBuilder(web =>
            web.UseEnvironment("Production")
                .UseSetting("urls", "http://127.0.0.1:0")
                .UseSetting("Jobs:RateLimits:Enabled", "false")
                .UseSetting("ConnectionStrings:Jobs", _database.ConnectionString)
                .UseSetting("Jobs:DataDirectory", _folder.Location)
                .ConfigureTestServices(services =>
                    services
                        .AddSingleton(_gate)
                        .AddKind<GatedHandler>("gated", kind => kind.ItemsPerPage = 1)
                )
        );
        _web.UseKestrel(0);
        _web.StartServer();
        Address = _web.ClientOptions.BaseAddress;
        var admin = Services.GetRequiredService<AdminKey>();
        await admin.KeyId;
        AdminKey = await admin.ReadAsync(CancellationToken.None);
        _playwright = await Playwright.CreateAsync();
        Assertions.SetDefaultExpectTimeout(Patience);
        _browser = await _playwright.Chromium.LaunchAsync(
            new()
            {
                ExecutablePath = Array.Find(Programs, File.Exists),
                Args =
                [
                    "--headless",
                    "--no-sandbox",
                    "--disable-gpu",
                    "--disable-quic",
                    "--no-first-run",
                    "--disable-background-networking",
                    "--disable-component-update",
                    "--disable-sync",
                ],
            }
        );
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }
        _playwright?.Dispose();
        _gate.Dispose();
        if (_web is not null)
        {
            await _web.DisposeAsync();
        }
        await _database.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>A browser that nobody has used, nobody signed in; to be closed by whoever opened it.</summary>
    public async Task<IBrowserContext> NewContextAsync(ColorScheme colors, int width)
    {
        var context = await _browser!.NewContextAsync(
            new()
            {
                BaseURL = Address.ToString(),
                ColorScheme = colors,
                Locale = "en-GB",
                ViewportSize = new() { Width = width, Height = 800 },
            }
        );
        context.SetDefaultTimeout(Patience);
        return context;
    }

    /// <summary>Signs in once, as the administrator.</summary>
    public async Task<string> SignInLinkAsync() =>
        "/sign-in?code="
        + Services
            .GetRequiredService<SignInLinks>()
            .Create(await Services.GetRequiredService<AdminKey>().KeyId);

    /// <summary>The same with a key of another tenant, which is made for it.</summary>
    public async Task<string> SignInLinkAsync(string tenant, CancellationToken cancellationToken)
    {
        var key = await Services
            .GetRequiredService<ApiKeys>()
            .CreateAsync(tenant, "test", Scopes.Submit | Scopes.Read, null, cancellationToken);
        return "/sign-in?code=" + Services.GetRequiredService<SignInLinks>().Create(key.Info.Id);
    }

    /// <summary>Submits items that wait at the gate.</summary>
    public async Task<Guid> SubmitGatedAsync(
        int items,
        CancellationToken cancellationToken,
        Func<BatchDraft, BatchDraft>? change = null
    )
    {
        var key = await Services.GetRequiredService<AdminKey>().KeyId;
        var caller = await Services
            .GetRequiredService<ApiKeys>()
            .FindByIdAsync(key, cancellationToken);
        Services.GetRequiredService<KindRegistry>().TryGet("gated", out var kind);
        var draft = new BatchDraft(caller!.TenantId, kind!);
        await using var batch = Services
            .GetRequiredService<BatchSubmitter>()
            .Begin(change?.Invoke(draft) ?? draft);
        for (var i = 0; i < items; i++)
        {
            await batch.AddAsync("{}"u8.ToArray(), cancellationToken);
        }
        return (await batch.CommitAsync(null, cancellationToken)).Id;
    }
}
