using Jobs.Database;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Jobs.Monitoring.Samples;

/// <summary>
/// Once a minute takes what this process has counted and writes it, in one transaction. While the database is away it
/// keeps what it took, and the next slice is longer: nothing is lost and nothing grows. Thread-safe.
/// </summary>
internal sealed class Sampler(
    SampleWriter writer,
    IEnumerable<ISampleSource> sources,
    QueueSamples queues,
    DatabaseReadiness readiness,
    MetricSignal signal,
    IOptions<MetricsOptions> options,
    TimeProvider time,
    ILogger<Sampler> log
) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    // Timers may be early.
    private static readonly TimeSpan Beyond = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LastCall = TimeSpan.FromSeconds(2);

    private readonly ISampleSource[] sources = [.. sources];
    private readonly SemaphoreSlim one = new(1, 1);
    private long began = time.GetTimestamp();
    private int number;

    // Taken and not yet known to be written, with when its counting began.
    private (SampleSlice Slice, long Began)? pending;
    private bool isEldest;

    /// <summary>Writes what has been counted until now. Fails as the database does; what was taken is kept then.</summary>
    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        await one.WaitAsync(cancellationToken);
        try
        {
            if (pending is not null)
            {
                await WritePendingAsync(cancellationToken);
            }
            await TakeAsync(cancellationToken);
            await WritePendingAsync(cancellationToken);
        }
        finally
        {
            one.Release();
        }
    }

    /// <summary>Reads beside what is written what is not: no slice is taken or written meanwhile.</summary>
    /// <param name="read">Is told how long ago the counting began of what is not written.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<T> ReadAsync<T>(
        Func<TimeSpan, CancellationToken, Task<T>> read,
        CancellationToken cancellationToken
    )
    {
        await one.WaitAsync(cancellationToken);
        try
        {
            return await read(time.GetElapsedTime(began), cancellationToken);
        }
        finally
        {
            one.Release();
        }
    }

    public override void Dispose()
    {
        one.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.Samples)
        {
            return;
        }
        await readiness.Migrated.WaitAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                // At the end of the minute, or when counting begins anew.
                var left = Interval - TimeSpan.FromTicks(time.GetUtcNow().Ticks % Interval.Ticks);
                await signal.WaitAsync(left + Beyond, stoppingToken);
                await WriteAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                log.SamplesNotWritten(e);
            }
            catch (OperationCanceledException)
            {
                break;
            }
        }
        await LeaveAsync();
    }

    // The last part of a minute is written when the process ends, where the database is there.
    private async Task LeaveAsync()
    {
        try
        {
            using var limit = new CancellationTokenSource(LastCall, time);
            await WriteAsync(limit.Token);
        }
        catch (Exception e)
        {
            log.SamplesNotWritten(e);
        }
    }

    private async Task TakeAsync(CancellationToken cancellationToken)
    {
        var slice = new SampleSlice(++number);
        var ended = time.GetTimestamp();
        foreach (var source in sources)
        {
            source.Collect(slice);
        }
        pending = (slice, began);
        began = ended;
        if (isEldest)
        {
            await queues.AddAsync(slice, cancellationToken);
        }
        if (slice.LeftOut > 0)
        {
            log.SamplesLeftOut(slice.LeftOut);
        }
    }

    private async Task WritePendingAsync(CancellationToken cancellationToken)
    {
        if (pending is var (slice, since))
        {
            isEldest = (
                await writer.WriteAsync(slice, time.GetElapsedTime(since), cancellationToken)
            ).IsEldest;
            pending = null;
        }
    }
}
