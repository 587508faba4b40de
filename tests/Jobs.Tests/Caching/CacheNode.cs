using System.ComponentModel;
using Jobs.Caching;
using Jobs.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Jobs.Tests.Caching;

/// <summary>A process with a cache, as a host wires it, on a test database.</summary>
public sealed class CacheNode : IAsyncDisposable
{
    public const int Tenant = 2;
    public const int OtherTenant = 1;
    private readonly EngineHost host;

    private CacheNode(EngineHost host) => this.host = host;

    public CacheStore Store => host.Get<CacheStore>();

    public CacheScope Scope => Store.Scope(CacheNamespaces.Content, Tenant);

    public RecordedLog Log => host.Log;

    /// <summary>Starts one; it shares with others from then on. It waits longer for a busy database than the product does.</summary>
    public static async Task<CacheNode> StartAsync(
        string connectionString,
        CancellationToken cancellationToken,
        Action<CacheOptions>? configure = null,
        Action<IServiceCollection>? services = null
    )
    {
        var host = await EngineHost.StartIdleAsync(
            connectionString,
            new EngineHostOptions
            {
                Services = all =>
                {
                    all.AddCaching();
                    all.Configure<CacheOptions>(o =>
                    {
                        o.Patience = TimeSpan.FromSeconds(5);
                        o.Jitter = 0;
                        configure?.Invoke(o);
                    });
                    services?.Invoke(all);
                },
            },
            cancellationToken
        );
        var node = new CacheNode(host);
        if (node.Store.Summary().Shared)
        {
            await node.Log.WaitForAsync("The shared cache is there", cancellationToken);
        }
        return node;
    }

    public T Get<T>()
        where T : notnull => host.Get<T>();

    /// <summary>The value of a name, which is computed as said where there is none.</summary>
    public async Task<(string Value, CacheStatus Status)> AskAsync(
        string name,
        string computed,
        CancellationToken cancellationToken,
        params string[] tags
    )
    {
        var answer = await Scope.AnswerAsync(
            name,
            computed,
            static (value, _) => ValueTask.FromResult(value),
            tags: tags,
            cancellationToken: cancellationToken
        );
        return (answer.Value, answer.Status);
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();
}

/// <summary>A value that callers share.</summary>
[ImmutableObject(true)]
public sealed record Shared(int Number, string Text);

/// <summary>A value that each caller has for itself.</summary>
public sealed class Changing
{
    public List<int> Numbers { get; init; } = [];
}
