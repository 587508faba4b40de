using Jobs.Database;
using Jobs.Engine;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Jobs.Kinds.Queries.Frequent;

/// <summary>
/// Writes down now and then which searches this process was asked, and, where it works, renews the answers of frequent
/// ones: soon after documents came or went, and before they are too old. One tenant at a time, each by one process.
/// </summary>
internal sealed class FrequentKeeper(
    DatabaseReadiness readiness,
    FrequentQueries queries,
    IOptions<SearchOptions> options,
    IOptions<EngineOptions> engine,
    TimeProvider time,
    ILogger<FrequentKeeper> log
) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(2);

    // More are taken when these are done, or by another process.
    private const int MostTenants = 4;

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await WriteAsync(cancellationToken);
    }

    /// <summary>Renews what is due, until nothing is; returns how many tenants had something.</summary>
    public async Task<int> WarmDueAsync(CancellationToken cancellationToken)
    {
        var total = 0;
        while (
            await queries.TakeAsync(Lease, MostTenants, cancellationToken) is { Count: > 0 } tenants
        )
        {
            foreach (var tenantId in tenants)
            {
                total += await WarmAsync(tenantId, cancellationToken) ? 1 : 0;
            }
        }
        return total;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.Frequent == 0)
        {
            return;
        }
        await readiness.Migrated.WaitAsync(stoppingToken);
        var written = time.GetTimestamp();
        while (true)
        {
            await Task.Delay(Pause, time, stoppingToken);
            if (time.GetElapsedTime(written) >= options.Value.CountInterval)
            {
                await WriteAsync(stoppingToken);
                written = time.GetTimestamp();
            }
            if (engine.Value.Enabled)
            {
                await TryWarmAsync(stoppingToken);
            }
        }
    }

    private async Task TryWarmAsync(CancellationToken ct)
    {
        try
        {
            await WarmDueAsync(ct);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            FrequentLog.NotWarmed(log, e);
        }
    }

    private async Task<bool> WarmAsync(int tenantId, CancellationToken ct)
    {
        var result = await queries.WarmAsync(tenantId, null, null, [], ct);
        await queries.WarmedAsync(tenantId, result.Queries > 0, ct);
        FrequentLog.Warmed(log, result.Warmed, tenantId, result.ElapsedMs);
        return result.Queries > 0;
    }

    private async Task WriteAsync(CancellationToken ct)
    {
        try
        {
            await queries.WriteAsync(ct);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            FrequentLog.NotWritten(log, e);
        }
    }
}
