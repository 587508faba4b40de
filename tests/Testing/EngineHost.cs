using System.Globalization;
using System.Text;
using Jobs.Batches;
using Jobs.Database;
using Jobs.Engine;
using Jobs.Kinds;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Jobs.Testing;

/// <summary>
/// A real host with a worker on a test database, and a kind that does what the test says. Any number of them may share
/// a database. Intervals are short; what a test waits for, it waits for by signals.
/// </summary>
public sealed class EngineHost : IAsyncDisposable
{
    public const string Kind = "work";
    public const int Tenant = 2;
    public const int OtherTenant = 1;

    /// <summary>How long a test waits for what must happen before it fails.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(20);

    private readonly IHost host;
    private bool stopped;

    private EngineHost(IHost host, RecordedLog log)
    {
        this.host = host;
        Log = log;
    }

    public RecordedLog Log { get; }

    /// <summary>Starts a host that works, unless the options switch its worker off; its worker is registered.</summary>
    public static Task<EngineHost> StartAsync(
        TestDatabase database,
        EngineHostOptions options,
        CancellationToken cancellationToken
    ) => StartAsync(database.ConnectionString, options, cancellationToken);

    /// <summary>The same on any database that is migrated, by whatever way to it.</summary>
    public static async Task<EngineHost> StartAsync(
        string connectionString,
        EngineHostOptions options,
        CancellationToken cancellationToken
    )
    {
        var log = new RecordedLog();
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.AddProvider(log);
        var pooled = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = true };
        builder
            .Services.AddSingleton(_ => new JobsDataSource(pooled.ConnectionString))
            .AddSingleton(DatabaseReadiness.Done())
            .AddSingleton(options)
            .AddBatches()
            .AddWorker()
            .AddKind<WorkHandler>(Kind, options.Kind)
            .Configure<BatchOptions>(options.Batches)
            .Configure<EngineOptions>(engine =>
            {
                engine.PollInterval = TimeSpan.FromMilliseconds(500);
                engine.ProgressInterval = TimeSpan.FromMilliseconds(50);
                engine.BackoffBase = TimeSpan.FromMilliseconds(20);
                engine.BackoffMax = TimeSpan.FromMilliseconds(100);
                options.Engine(engine);
            });
        EngineUnderTest.Add(builder.Services);
        options.Services(builder.Services);
        var host = builder.Build();
        await host.StartAsync(cancellationToken);
        var started = new EngineHost(host, log);
        if (started.Get<IOptions<EngineOptions>>().Value.Enabled)
        {
            await log.WaitForAsync(" started with ", cancellationToken);
        }
        return started;
    }

    /// <summary>Starts a host that submits, reads and steers, and executes nothing.</summary>
    public static Task<EngineHost> StartIdleAsync(
        TestDatabase database,
        EngineHostOptions options,
        CancellationToken cancellationToken
    ) => StartIdleAsync(database.ConnectionString, options, cancellationToken);

    /// <summary>The same on any database that is migrated.</summary>
    public static Task<EngineHost> StartIdleAsync(
        string connectionString,
        EngineHostOptions options,
        CancellationToken cancellationToken
    ) =>
        StartAsync(
            connectionString,
            options with
            {
                Engine = engine =>
                {
                    options.Engine(engine);
                    engine.Enabled = false;
                },
            },
            cancellationToken
        );

    public T Get<T>()
        where T : notnull => host.Services.GetRequiredService<T>();

    public BatchDraft Draft() =>
        Get<KindRegistry>().TryGet(Kind, out var kind)
            ? new BatchDraft(Tenant, kind)
            : throw new InvalidOperationException("The kind is not registered.");

    /// <summary>Submits items <c>{"n":0}</c>, <c>{"n":1}</c>, ….</summary>
    public Task<BatchStatus> SubmitAsync(
        int count,
        CancellationToken cancellationToken,
        BatchDraft? draft = null
    ) =>
        SubmitAsync(
            Enumerable
                .Range(0, count)
                .Select(n => string.Create(CultureInfo.InvariantCulture, $"{{\"n\":{n}}}")),
            cancellationToken,
            draft
        );

    public async Task<BatchStatus> SubmitAsync(
        IEnumerable<string> items,
        CancellationToken cancellationToken,
        BatchDraft? draft = null
    )
    {
        await using var batch = Get<BatchSubmitter>().Begin(draft ?? Draft());
        foreach (var item in items)
        {
            await batch.AddAsync(Encoding.UTF8.GetBytes(item), cancellationToken);
        }
        return await batch.CommitAsync(null, cancellationToken);
    }

    public async Task<BatchStatus> ReadAsync(Guid batchId, CancellationToken cancellationToken) =>
        await Get<BatchReader>().GetAsync(Tenant, batchId, cancellationToken)
        ?? throw new InvalidOperationException($"There is no batch {batchId}.");

    public Task<BatchStatus> WaitForEndAsync(Guid batchId, CancellationToken cancellationToken) =>
        WaitForEndAsync(batchId, Patience, cancellationToken);

    /// <summary>The same for what takes longer than <see cref="Patience"/>.</summary>
    public Task<BatchStatus> WaitForEndAsync(
        Guid batchId,
        TimeSpan patience,
        CancellationToken cancellationToken
    ) => WaitUntilAsync(batchId, status => status.State.IsEnded(), patience, cancellationToken);

    /// <summary>Reads a batch whenever it changes, until it is as the test wants it.</summary>
    public Task<BatchStatus> WaitUntilAsync(
        Guid batchId,
        Func<BatchStatus, bool> condition,
        CancellationToken cancellationToken
    ) => WaitUntilAsync(batchId, condition, Patience, cancellationToken);

    private async Task<BatchStatus> WaitUntilAsync(
        Guid batchId,
        Func<BatchStatus, bool> condition,
        TimeSpan patience,
        CancellationToken cancellationToken
    )
    {
        var started = TimeProvider.System.GetTimestamp();
        using var watch = Get<BatchChanges>().Begin(batchId);
        while (true)
        {
            var status = await ReadAsync(batchId, cancellationToken);
            if (condition(status))
            {
                return status;
            }
            if (TimeProvider.System.GetElapsedTime(started) > patience)
            {
                throw new TimeoutException(
                    $"{status}\n{string.Join('\n', Log.Entries.TakeLast(20))}"
                );
            }
            await watch.WaitAsync(LookInterval, cancellationToken);
        }
    }

    /// <summary>All items of a batch, in their order.</summary>
    public async Task<List<ItemStatus>> ItemsAsync(
        Guid batchId,
        CancellationToken cancellationToken,
        ItemState? state = null
    )
    {
        var items = new List<ItemStatus>();
        await foreach (
            var item in Get<ItemReader>().ReadAsync(Tenant, batchId, 0, state, cancellationToken)
        )
        {
            items.Add(item);
        }
        return items;
    }

    /// <summary>Stops the host as a termination signal does.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (!stopped)
        {
            stopped = true;
            await host.StopAsync(cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None);
        await ((IAsyncDisposable)host).DisposeAsync();
    }
}
