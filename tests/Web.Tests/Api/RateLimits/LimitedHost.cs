using Jobs.Tenancy;
using Jobs.Testing;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Jobs.Web.Tests.Api.RateLimits;

/// <summary>Web hosts without a worker that limit, as many nodes as a test wants on one database.</summary>
public sealed class LimitedHost : IAsyncLifetime
{
    private readonly TestFolder folder = new();
    private readonly List<WebApplicationFactory<Program>> nodes = [];
    private int names;

    public TestDatabase Database { get; } = new();

    public IServiceProvider Services => nodes[0].Services;

    public async ValueTask InitializeAsync()
    {
        await Database.InitializeAsync();
        // It knows the proxy that a test pretends to be.
        Start(("Jobs:RateLimits:TrustedProxies", "127.0.0.1, ::1"));
        await Services.GetRequiredService<AdminKey>().KeyId;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in nodes)
        {
            await node.DisposeAsync();
        }
        await Database.DisposeAsync();
        folder.Dispose();
    }

    /// <summary>Starts a further node; its address.</summary>
    public Uri Start(params (string Key, string Value)[] settings) =>
        Start(Database.ConnectionString, settings);

    public Uri Start(string connectionString, params (string Key, string Value)[] settings)
    {
        var node = new WebApplicationFactory<Program>().WithWebHostBuilder(builder =>
        {
            builder
                .UseEnvironment("Production")
                .UseSetting("urls", "http://127.0.0.1:0")
                .UseSetting("ConnectionStrings:Jobs", connectionString)
                .UseSetting("Jobs:DataDirectory", folder.Location)
                .UseSetting("Jobs:AdminKey", WebHost.AdminKey)
                .UseSetting("Jobs:Engine:Enabled", "false")
                // A busy machine is no outage.
                .UseSetting("Jobs:RateLimits:Patience", "00:00:30")
                .ConfigureLogging(logging => logging.ClearProviders());
            foreach (var (key, value) in settings)
            {
                builder.UseSetting(key, value);
            }
        });
        node.UseKestrel(0);
        node.StartServer();
        nodes.Add(node);
        return node.ClientOptions.BaseAddress;
    }

    public HttpClient Client(string? key = null, Uri? node = null)
    {
        var client = new HttpClient(
            new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }
        )
        {
            BaseAddress = node ?? nodes[0].ClientOptions.BaseAddress,
        };
        if (key is not null)
        {
            client.DefaultRequestHeaders.Add("X-API-Key", key);
        }
        return client;
    }

    public HttpClient Admin(Uri? node = null) => Client(WebHost.AdminKey, node);

    /// <summary>A key of a tenant that nobody else uses.</summary>
    public async Task<(string Tenant, string Key, Guid Id)> NewKeyAsync(
        CancellationToken cancellationToken
    )
    {
        var tenant = $"limited-{Interlocked.Increment(ref names)}";
        var created = await Services
            .GetRequiredService<ApiKeys>()
            .CreateAsync(tenant, "test", Scopes.Submit | Scopes.Read, null, cancellationToken);
        return (tenant, created.Key, created.Info.Id);
    }
}
