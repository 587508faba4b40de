using System.Globalization;
using Jobs.Caching;
using Jobs.Dashboard;
using Jobs.Dashboard.Activities;
using Jobs.Engine;
using Jobs.Features;
using Jobs.Queues;
using Jobs.Tenancy;
using Microsoft.Extensions.Caching.Hybrid;

namespace Jobs.Web.Api;

/// <summary>
/// What the dashboard shows, in the browser and over HTTP, read once in a while for all who look, whatever the number of
/// them. Thread-safe.
/// </summary>
internal sealed class DashboardData(
    CacheStore cache,
    FeatureSwitches features,
    StatisticsReader statistics,
    ActivityReader activities,
    QueueReader queues,
    WorkerReader workers,
    TimeProvider time
)
{
    /// <summary>How old what changes all the time may be.</summary>
    public static readonly TimeSpan Live = TimeSpan.FromSeconds(1);

    /// <summary>How old what is of long times may be.</summary>
    public static readonly TimeSpan Slow = TimeSpan.FromSeconds(10);

    public ValueTask<DashboardSeries> SeriesAsync(
        int tenantId,
        DashboardSpan span,
        CancellationToken cancellationToken
    ) =>
        ReadAsync(
            tenantId,
            string.Create(
                CultureInfo.InvariantCulture,
                $"series-{span.From.UtcTicks}-{span.BucketSeconds}-{span.Count}"
            ),
            span.BucketSeconds > 60 ? Slow : Live,
            async ct => await statistics.SeriesAsync(tenantId, span, ct),
            cancellationToken
        );

    /// <summary>What happened from so long ago until now.</summary>
    public ValueTask<PeriodTotals> TotalsAsync(
        int tenantId,
        TimeSpan period,
        CancellationToken cancellationToken
    ) =>
        ReadAsync(
            tenantId,
            string.Create(CultureInfo.InvariantCulture, $"totals-{period.Ticks}"),
            Live,
            async ct =>
            {
                var now = time.GetUtcNow();
                var (totals, exact) = await statistics.TotalsAsync(tenantId, now - period, now, ct);
                return new PeriodTotals(totals) { Exact = exact };
            },
            cancellationToken
        );

    public ValueTask<ActivityPage> ActivityAsync(
        Caller caller,
        ActivityType? type,
        int limit,
        string? cursor,
        CancellationToken cancellationToken
    )
    {
        var isAdmin = caller.May(Scopes.Admin);
        return ReadAsync(
            caller.TenantId,
            string.Create(
                CultureInfo.InvariantCulture,
                $"activity-{isAdmin}-{(int?)type}-{limit}-{cursor}"
            ),
            Live,
            async ct =>
                await activities.ReadAsync(caller.TenantId, type, isAdmin, limit, cursor, ct),
            cancellationToken
        );
    }

    public ValueTask<IReadOnlyList<QueueCounts>> QueuesAsync(
        int tenantId,
        CancellationToken cancellationToken
    ) =>
        ReadAsync(
            tenantId,
            "queues",
            Live,
            async ct => await queues.ReadAsync(tenantId, ct),
            cancellationToken
        );

    /// <summary>Those of all tenants.</summary>
    public ValueTask<IReadOnlyList<WorkerStatus>> WorkersAsync(
        CancellationToken cancellationToken
    ) =>
        ReadAsync(
            tenantId: 0,
            "workers",
            Live,
            async ct => await workers.ListAsync(ct),
            cancellationToken
        );

    private async ValueTask<T> ReadAsync<T>(
        int tenantId,
        string name,
        TimeSpan fresh,
        Func<CancellationToken, ValueTask<T>> read,
        CancellationToken cancellationToken
    )
    {
        if (!features.IsOn(FeatureNames.Caching))
        {
            return await read(cancellationToken);
        }
        var answer = await cache
            .Scope(CacheNamespaces.Dashboard, tenantId)
            .AnswerAsync(
                name,
                read,
                static (read, ct) => read(ct),
                new CacheEntryOptions
                {
                    Ttl = fresh,
                    Stale = TimeSpan.Zero,
                    // Nothing that is a second old is worth a row; answers of the API are shared.
                    Flags = HybridCacheEntryFlags.DisableDistributedCache,
                },
                cancellationToken: cancellationToken
            );
        return answer.Value;
    }
}
