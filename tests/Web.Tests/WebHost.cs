using System.Collections.Concurrent;
using System.Text.Json;
using Jobs.Kinds;
using Jobs.Tenancy;
using Jobs.Testing;
using Jobs.Web.Tests;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

[assembly: AssemblyFixture(typeof(WebHost))]

namespace Jobs.Web.Tests;

/// <summary>
/// The web host with its worker, listening on a port, on a database of its own. Tests share it, each as a tenant of its
/// own, and submit items of the kind <c>work</c>, which say themselves what becomes of them.
/// </summary>
public sealed class WebHost : IAsyncLifetime
{
    public const string AdminKey = "an-administrator-key-of-these-tests-0123456789";
    private readonly ConcurrentDictionary<string, TaskCompletionSource> gates = new(
        StringComparer.Ordinal
    );
    private readonly TestFolder folder = new();
    private WebApplicationFactory<Program>? web;
    private int tenants;

    public TestDatabase Database { get; } = new();

    public Uri Address => web!.ClientOptions.BaseAddress;

    public IServiceProvider Services => web!.Services;

    public async ValueTask InitializeAsync()
    {
        await Database.InitializeAsync();
        web = Create(Database.ConnectionString, folder.Location, this);
        web.StartServer();
        await Services.GetRequiredService<AdminKey>().KeyId;
        // Before it knows what was removed the cache forgets what it keeps.
        await Services
            .GetServices<ILoggerProvider>()
            .OfType<RecordedLog>()
            .Single()
            .WaitForAsync("The shared cache is there", TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (web is not null)
        {
            await web.DisposeAsync();
        }
        await Database.DisposeAsync();
        folder.Dispose();
    }

    /// <summary>The host on any database.</summary>
    public static WebApplicationFactory<Program> Create(
        string connectionString,
        string dataDirectory,
        WebHost work
    )
    {
        var factory = new WebApplicationFactory<Program>().WithWebHostBuilder(web =>
            web.UseEnvironment("Production")
                .UseSetting("urls", "http://127.0.0.1:0")
                .UseSetting("Jobs:RateLimits:Enabled", "false")
                .UseSetting("ConnectionStrings:Jobs", connectionString)
                .UseSetting("Jobs:DataDirectory", dataDirectory)
                .UseSetting("Jobs:AdminKey", AdminKey)
                // A slow machine is no database that hangs: what is kept would depend on it.
                .UseSetting("Jobs:Cache:Patience", "00:00:20")
                .UseSetting("Jobs:Engine:PollInterval", "00:00:01")
                .UseSetting("Jobs:Engine:BackoffBase", "00:00:00.05")
                .UseSetting("Jobs:Engine:ProgressInterval", "00:00:00.05")
                .ConfigureLogging(logging =>
                    logging.ClearProviders().AddProvider(new RecordedLog())
                )
                .ConfigureTestServices(services =>
                    services
                        .AddSingleton(new EngineHostOptions { Handle = work.HandleAsync })
                        .AddKind<WorkHandler>(EngineHost.Kind)
                )
        );
        factory.UseKestrel(0);
        return factory;
    }

    /// <summary>A client without a key.</summary>
    public HttpClient Anonymous() =>
        new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
        {
            BaseAddress = Address,
            Timeout = TimeSpan.FromMinutes(1),
        };

    public HttpClient WithKey(string key)
    {
        var client = Anonymous();
        client.DefaultRequestHeaders.Add("X-API-Key", key);
        return client;
    }

    /// <summary>A tenant that nobody else uses.</summary>
    public async Task<ApiTenant> NewTenantAsync(CancellationToken cancellationToken)
    {
        var name = $"tenant-{Interlocked.Increment(ref tenants)}";
        var key = await KeyAsync(name, Scopes.Submit | Scopes.Read, cancellationToken);
        var id = await Database.ScalarAsync<int>(
            "select id from jobs.tenants where name = $1",
            cancellationToken,
            name
        );
        return new ApiTenant(this, id, name, WithKey(key));
    }

    public async Task<string> KeyAsync(
        string tenant,
        Scopes scopes,
        CancellationToken cancellationToken
    ) =>
        (
            await Services
                .GetRequiredService<ApiKeys>()
                .CreateAsync(tenant, "test", scopes, null, cancellationToken)
        ).Key;

    /// <summary>Lets the items go on that wait at a gate.</summary>
    public void Open(string gate) => GateOf(gate).TrySetResult();

    private TaskCompletionSource GateOf(string gate) =>
        gates.GetOrAdd(
            gate,
            _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
        );

    // {"gate": "name"} waits, {"fail": "code"} fails, {"busy": n} fails n times; else the item is its result.
    private async ValueTask<ItemOutcome> HandleAsync(Item item, CancellationToken cancellationToken)
    {
        var work = JsonElement.Parse(item.Payload.Span);
        if (work.TryGetProperty("gate", out var gate))
        {
            await GateOf(gate.GetString()!).Task.WaitAsync(cancellationToken);
        }
        if (work.TryGetProperty("fail", out var code))
        {
            return ItemOutcome.Failure(code.GetString()!, "It was told to fail.");
        }
        return work.TryGetProperty("busy", out var times) && item.Attempt <= times.GetInt32()
            ? ItemOutcome.Failure(new ItemError("busy", "Later.", true))
            : ItemOutcome.SuccessJson(item.Payload.ToArray());
    }
}
