using System.Threading.RateLimiting;
using Jobs.RateLimiting;
using Microsoft.Extensions.Options;

namespace Jobs.Web.Http.RateLimits;

/// <summary>
/// Bounds how many queries of one tenant this process answers at once, so that none takes the connections of the others.
/// Nobody waits in a queue: who is refused comes back. Thread-safe.
/// </summary>
internal sealed class TenantQueries : IDisposable
{
    private readonly PartitionedRateLimiter<int> limiter;

    public TenantQueries(IOptions<RateLimitOptions> options)
    {
        Limit = options.Value.QueriesPerTenant;
        limiter = PartitionedRateLimiter.Create<int, int>(tenant =>
            RateLimitPartition.GetConcurrencyLimiter(
                tenant,
                _ => new ConcurrencyLimiterOptions { PermitLimit = Limit, QueueLimit = 0 }
            )
        );
    }

    public int Limit { get; }

    public RateLimitLease AttemptAcquire(int tenantId) => limiter.AttemptAcquire(tenantId);

    public void Dispose() => limiter.Dispose();
}
