using System.Net.Http.Headers;
using Jobs.Tenancy;
using Jobs.Testing;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Jobs.Web.Tests.Api.Idempotency;

/// <summary>The web host without a worker, on a port and a database of its own.</summary>
public sealed class ApiHost : IAsyncLifetime
{
    private readonly TestFolder folder = new();
    private WebApplicationFactory<Program>? web;

    public TestDatabase Database { get; } = new();

    public IServiceProvider Services => web!.Services;

    public string AdminKey { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        await Database.InitializeAsync();
        web = new WebApplicationFactory<Program>().WithWebHostBuilder(builder =>
            builder
                .UseEnvironment("Production")
                .UseSetting("urls", "http://127.0.0.1:0")
                .UseSetting("Jobs:RateLimits:Enabled", "false")
                .UseSetting("ConnectionStrings:Jobs", Database.ConnectionString)
                .UseSetting("Jobs:DataDirectory", folder.Location)
                .UseSetting("Jobs:Engine:Enabled", "false")
        );
        web.UseKestrel(0);
        web.StartServer();
        var admin = Services.GetRequiredService<AdminKey>();
        await admin.KeyId;
        AdminKey = await admin.ReadAsync(CancellationToken.None);
    }

    public HttpClient Client(string? key = null)
    {
        var client = new HttpClient { BaseAddress = web!.ClientOptions.BaseAddress };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Bearer",
            key ?? AdminKey
        );
        return client;
    }

    /// <summary>Makes a key of a tenant.</summary>
    public async Task<string> KeyOfAsync(string tenant, CancellationToken cancellationToken) =>
        (
            await Services
                .GetRequiredService<ApiKeys>()
                .CreateAsync(
                    tenant,
                    "test",
                    Scopes.Submit | Scopes.Read | Scopes.Admin,
                    null,
                    cancellationToken
                )
        ).Key;

    public async ValueTask DisposeAsync()
    {
        if (web is not null)
        {
            await web.DisposeAsync();
        }
        await Database.DisposeAsync();
        folder.Dispose();
    }
}
