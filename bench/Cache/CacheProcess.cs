using Jobs.Caching;
using Jobs.Database;
using Jobs.Engine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Jobs.Bench.Cache;

/// <summary>A process with the product's cache, as a host wires it, without a worker.</summary>
internal sealed class CacheProcess : IAsyncDisposable
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(5);

    private readonly IHost host;
    private readonly JobsDataSource database;

    private CacheProcess(IHost host, JobsDataSource database)
    {
        this.host = host;
        this.database = database;
    }

    public CacheStore Store => host.Services.GetRequiredService<CacheStore>();

    public T Get<T>()
        where T : notnull => host.Services.GetRequiredService<T>();

    public CacheScope Scope => Store.Scope(CacheNamespaces.Content, 2);

    /// <summary>Starts one; it is shared from then on where it is to be.</summary>
    public static async Task<CacheProcess> StartAsync(
        string connectionString,
        Action<CacheOptions>? configure = null,
        Action<IServiceCollection>? services = null
    )
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.AddSimpleConsole().SetMinimumLevel(LogLevel.Error);
        var database = new JobsDataSource(connectionString);
        builder.Services.AddSingleton(database);
        builder.Services.AddSingleton(DatabaseReadiness.Done());
        builder.Services.AddBatches().AddWorker().AddCaching();
        builder.Services.Configure<EngineOptions>(o => o.Enabled = false);
        builder.Services.Configure<CacheOptions>(o => configure?.Invoke(o));
        services?.Invoke(builder.Services);
        var process = new CacheProcess(builder.Build(), database);
        await process.host.StartAsync();
        if (process.Store.Summary().Shared)
        {
            await process.UntilSharedAsync();
        }
        return process;
    }

    public async Task UntilSharedAsync()
    {
        while (!Store.IsShared)
        {
            await Task.Delay(LookInterval, TimeProvider.System);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        await ((IAsyncDisposable)host).DisposeAsync();
        await database.DisposeAsync();
    }
}
