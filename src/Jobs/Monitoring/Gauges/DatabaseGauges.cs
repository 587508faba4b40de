using System.Diagnostics.Metrics;
using Jobs.Batches;
using Jobs.Database;
using Jobs.Engine;
using Jobs.Queues;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Jobs.Monitoring.Gauges;

/// <summary>
/// What is measured in the database: a few statements every 15 s, and only while somebody looks at the metrics of this
/// process. A look shows what was last seen; it never waits for the database but the first time. While the database is
/// away there are no values. Thread-safe.
/// </summary>
internal sealed class DatabaseGauges : BackgroundService
{
    public const string DatabaseMeter = "Jobs.Database";
    public const string QueueMeter = "Jobs.Queues";

    // Whoever looks does so at least this often.
    private static readonly TimeSpan Attention = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly JobsDataSource database;
    private readonly QueueReader queues;
    private readonly WorkerReader workers;
    private readonly DatabaseReadiness readiness;
    private readonly TimeSpan interval;
    private readonly TimeProvider time;
    private readonly ILogger<DatabaseGauges> log;
    private readonly SemaphoreSlim one = new(1, 1);
    private readonly DriveInfo? disk;
    private long wanted;
    private volatile DatabaseState? state;

    public DatabaseGauges(
        JobsDataSource database,
        QueueReader queues,
        WorkerReader workers,
        DatabaseReadiness readiness,
        IMeterFactory meters,
        IOptions<MetricsOptions> options,
        IOptions<JobsOptions> jobs,
        TimeProvider time,
        ILogger<DatabaseGauges> log
    )
    {
        this.database = database;
        this.queues = queues;
        this.workers = workers;
        this.readiness = readiness;
        this.time = time;
        this.log = log;
        interval = options.Value.DatabaseInterval;
        disk = jobs.Value.DataDirectory is { } folder ? new DriveInfo(folder) : null;
        AddDatabase(meters.Create(DatabaseMeter));
        AddQueues(meters.Create(QueueMeter));
    }

    /// <summary>Somebody looks: from now on it is kept fresh. Waits where nothing was seen yet.</summary>
    public async Task WantAsync(CancellationToken cancellationToken)
    {
        Volatile.Write(ref wanted, time.GetTimestamp());
        if (state is null && readiness.IsReady)
        {
            await LookAsync(cancellationToken);
        }
    }

    public override void Dispose()
    {
        one.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await readiness.Migrated.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var last = Volatile.Read(ref wanted);
            if (last != 0 && time.GetElapsedTime(last) < Attention)
            {
                await LookAsync(stoppingToken);
            }
            else
            {
                state = null;
            }
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        await one.WaitAsync(cancellationToken);
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(Patience);
            state = await DatabaseState.ReadAsync(database, queues, workers, limit.Token);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            state = null;
            log.GaugesNotRead(e);
        }
        finally
        {
            one.Release();
        }
    }

    private void AddDatabase(Meter meter)
    {
        void Gauge<T>(string name, string unit, Func<DatabaseState, T?> read, string description)
            where T : struct =>
            meter.CreateObservableGauge(
                name,
                () =>
                    state is { } seen && read(seen) is { } value
                        ? (IEnumerable<Measurement<T>>)[new Measurement<T>(value)]
                        : [],
                unit,
                description
            );

        Gauge<long>("jobs.database.size", "By", s => s.Figures.SizeBytes, "Size of the database.");
        Gauge<double>(
            "jobs.database.transaction.oldest",
            "s",
            s => s.Figures.OldestTransaction?.Seconds ?? 0,
            "Age of the oldest open transaction: what it may still see cannot be cleaned up."
        );
        Gauge<int>(
            "jobs.database.connections",
            "{connection}",
            s => s.Figures.UsedConnections,
            "Connections that clients have to the server, of all processes."
        );
        Gauge<int>(
            "jobs.database.connections.limit",
            "{connection}",
            s => s.Figures.MaxConnections,
            "Connections that the server takes."
        );
        Gauge<double>(
            "jobs.database.replication.lag",
            "s",
            s => s.Figures.ReplicationLag,
            "How far the slowest replica is behind; absent without replicas."
        );
        Gauge<int>("jobs.workers", "{worker}", s => s.Workers, "Workers whose lease holds.");
        meter.CreateObservableCounter(
            "jobs.notifications",
            () =>
                state is { } seen
                    ? (IEnumerable<Measurement<long>>)[new Measurement<long>(seen.Notifications)]
                    : [],
            "{notification}",
            "Notifications that were written, by triggers in the database."
        );
        meter.CreateObservableGauge(
            "jobs.database.up",
            () => state is null ? 0 : 1,
            description: "Whether the database answered at the last look."
        );
        meter.CreateObservableGauge(
            "jobs.database.tuples",
            () =>
                (state?.Tables ?? []).SelectMany(t =>
                    (IEnumerable<Measurement<long>>)
                        [
                            new(t.Live, new("table", t.Name), new("state", "live")),
                            new(t.Dead, new("table", t.Name), new("state", "dead")),
                        ]
                ),
            "{row}",
            "Rows by table and state (live, dead), as PostgreSQL estimates them."
        );
        meter.CreateObservableGauge(
            "jobs.disk",
            () =>
                disk is { IsReady: true }
                    ? (IEnumerable<Measurement<long>>)
                        [
                            new(
                                disk.AvailableFreeSpace,
                                new KeyValuePair<string, object?>("state", "free")
                            ),
                            new(
                                disk.TotalSize - disk.AvailableFreeSpace,
                                new KeyValuePair<string, object?>("state", "used")
                            ),
                        ]
                    : [],
            "By",
            "The file system of the data directory, by state (free, used)."
        );
    }

    private void AddQueues(Meter meter)
    {
        meter.CreateObservableGauge(
            "jobs.queue.items",
            () =>
                (state?.Queues ?? []).SelectMany(q =>
                    (IEnumerable<Measurement<long>>)
                        [
                            Of(q, q.Ready, "ready"),
                            Of(q, q.Scheduled, "scheduled"),
                            Of(q, q.Held, "held"),
                            Of(q, q.Running, "running"),
                        ]
                ),
            "{item}",
            "Items by priority, kind and state (ready, scheduled, held, running)."
        );
        meter.CreateObservableGauge(
            "jobs.queue.oldest.age",
            () =>
                (state?.Queues ?? []).Select(q => new Measurement<double>(
                    q.OldestAge?.TotalSeconds ?? 0,
                    new("priority", q.Priority.ToName()),
                    new("kind", q.Kind)
                )),
            "s",
            "Time since the submission of the oldest batch with ready items, by priority and kind."
        );
    }

    private static Measurement<long> Of(QueueCounts queue, long value, string state) =>
        new(
            value,
            new("priority", queue.Priority.ToName()),
            new("kind", queue.Kind),
            new("state", state)
        );
}
