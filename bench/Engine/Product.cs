using System.Diagnostics;
using System.Text;
using Jobs.Batches;
using Jobs.Database;
using Jobs.Engine;
using Jobs.Kinds;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Jobs.Bench.Engine;

/// <summary>The product as it is deployed, in one process, with a kind that does nothing.</summary>
internal sealed class Product : IAsyncDisposable
{
    private const int Tenant = 2;
    private readonly IHost host;
    private readonly JobsDataSource database;
    private readonly byte[][] payloads = RawLimit.Payloads();

    private Product(IHost host, JobsDataSource database)
    {
        this.host = host;
        this.database = database;
    }

    /// <summary>Starts one.</summary>
    /// <param name="working">Whether it has a worker, or only takes in.</param>
    /// <param name="engine">Adds another engine than the native one.</param>
    public static async Task<Product> StartAsync(
        string connectionString,
        bool working = true,
        Action<IServiceCollection>? engine = null
    )
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.AddSimpleConsole().SetMinimumLevel(LogLevel.Warning);
        var database = new JobsDataSource(connectionString);
        builder.Services.AddSingleton(database);
        builder.Services.AddSingleton(DatabaseReadiness.Done());
        builder.Services.AddBatches().AddWorker().AddKind<NoOpHandler>("noop");
        // As many at once as there are slots.
        builder.Services.AddKind<WaitHandler>("wait", kind => kind.Concurrency = 1);
        builder.Services.Configure<EngineOptions>(options => options.Enabled = working);
        engine?.Invoke(builder.Services);
        var host = builder.Build();
        await host.StartAsync();
        return new Product(host, database);
    }

    public T Get<T>()
        where T : notnull => host.Services.GetRequiredService<T>();

    /// <summary>Submits batches of <paramref name="batchItems"/> items one after the other while workers run; returns when all have finished.</summary>
    public async Task<TimeSpan> RunAsync(int items, int batchItems)
    {
        var submitter = host.Services.GetRequiredService<BatchSubmitter>();
        var draft = new BatchDraft(Tenant, Kind);
        var watch = Stopwatch.StartNew();
        var batches = new List<Guid>();
        for (var left = items; left > 0; left -= batchItems)
        {
            await using var batch = submitter.Begin(draft);
            for (var i = 0; i < Math.Min(left, batchItems); i++)
            {
                await batch.AddAsync(payloads[i % payloads.Length], CancellationToken.None);
            }
            await batch.CommitAsync(null, CancellationToken.None);
            batches.Add(batch.Id);
        }
        foreach (var batch in batches)
        {
            await FinishedAsync(batch);
        }
        return watch.Elapsed;
    }

    /// <summary>Submits batches from several callers at once while workers run; returns when all are in.</summary>
    public async Task SubmitAsync(string kind, int items, int batchItems, int submitters)
    {
        var submitter = host.Services.GetRequiredService<BatchSubmitter>();
        var draft = new BatchDraft(Tenant, KindOf(kind));
        var next = 0;
        async Task SubmitAsync()
        {
            for (int first; (first = Interlocked.Add(ref next, batchItems) - batchItems) < items; )
            {
                await using var batch = submitter.Begin(draft);
                for (var i = first; i < Math.Min(items, first + batchItems); i++)
                {
                    await batch.AddAsync(payloads[i % payloads.Length], CancellationToken.None);
                }
                await batch.CommitAsync(null, CancellationToken.None);
            }
        }
        await Task.WhenAll(Enumerable.Range(0, submitters).Select(_ => Task.Run(SubmitAsync)));
    }

    /// <summary>Submits one batch.</summary>
    public async Task SubmitAsync(int tenant, Priority priority, int items)
    {
        await using var batch = host
            .Services.GetRequiredService<BatchSubmitter>()
            .Begin(new BatchDraft(tenant, Kind) { Priority = priority });
        for (var i = 0; i < items; i++)
        {
            await batch.AddAsync(payloads[i % payloads.Length], CancellationToken.None);
        }
        await batch.CommitAsync(null, CancellationToken.None);
    }

    public async Task<Guid> SubmitOneAsync(string payload)
    {
        await using var batch = host
            .Services.GetRequiredService<BatchSubmitter>()
            .Begin(new BatchDraft(Tenant, Kind));
        await batch.AddAsync(Encoding.UTF8.GetBytes(payload), CancellationToken.None);
        await batch.CommitAsync(null, CancellationToken.None);
        return batch.Id;
    }

    public async Task FinishedAsync(Guid id)
    {
        using var watch = host.Services.GetRequiredService<BatchChanges>().Begin(id);
        var reader = host.Services.GetRequiredService<BatchReader>();
        while (true)
        {
            var status = await reader.GetAsync(Tenant, id, CancellationToken.None);
            if (status!.State.IsEnded())
            {
                if (status.Counts.Succeeded != status.Counts.Total)
                {
                    throw new InvalidOperationException($"Batch {id}: {status.Counts}");
                }
                return;
            }
            await watch.WaitAsync(TimeSpan.FromMilliseconds(50), CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        host.Dispose();
        await database.DisposeAsync();
    }

    private Kind Kind => KindOf("noop");

    private Kind KindOf(string name) =>
        host.Services.GetRequiredService<KindRegistry>().TryGet(name, out var kind)
            ? kind
            : throw new InvalidOperationException("The kind is not registered.");
}
