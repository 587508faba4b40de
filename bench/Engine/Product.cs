using System.Diagnostics;
using System.Text;
using Jobs.Batches;
using Jobs.Database;
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

    private Product(IHost host) => this.host = host;

    public static async Task<Product> StartAsync(string connectionString)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.AddSimpleConsole().SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddSingleton(new JobsDataSource(connectionString));
        builder.Services.AddSingleton(DatabaseReadiness.Done());
        builder.Services.AddBatches().AddWorker().AddKind<NoOpHandler>("noop");
        var host = builder.Build();
        await host.StartAsync();
        return new Product(host);
    }

    /// <summary>Submits batches of <paramref name="batchItems"/> items one after the other while workers run; returns when all have finished.</summary>
    public async Task<TimeSpan> RunAsync(int items, int batchItems)
    {
        var submitter = host.Services.GetRequiredService<BatchSubmitter>();
        var draft = new BatchDraft(Tenant, Kind);
        var payloads = RawLimit.Payloads();
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
    }

    private Kind Kind =>
        host.Services.GetRequiredService<KindRegistry>().TryGet("noop", out var kind)
            ? kind
            : throw new InvalidOperationException("The kind is not registered.");
}
