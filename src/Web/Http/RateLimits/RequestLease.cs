using System.Threading.RateLimiting;
using Jobs.RateLimiting;

namespace Jobs.Web.Http.RateLimits;

/// <summary>What the middleware holds while a request is answered, or why it is not.</summary>
/// <param name="refusal">Null where the request may go on.</param>
/// <param name="slot">Given back at its end.</param>
internal sealed class RequestLease(bool acquired, RateLimitRefusal? refusal, RateLimitLease? slot)
    : RateLimitLease
{
    private static readonly object Key = new();

    /// <summary>Goes on, and holds nothing.</summary>
    public static readonly RequestLease Free = new(acquired: true, null, null);

    /// <summary>Is to be acquired asynchronously.</summary>
    public static readonly RequestLease Undecided = new(acquired: false, null, null);

    public override bool IsAcquired => acquired;

    public RateLimitRefusal? Refusal => refusal;

    public override IEnumerable<string> MetadataNames => [MetadataName.RetryAfter.Name];

    public static RequestLease Holding(RateLimitLease slot) => new(acquired: true, null, slot);

    public static RequestLease Refused(string policy, RateLimitStanding standing) =>
        new(acquired: false, RateLimitRefusal.Of(policy, standing), null);

    public static RequestLease TooManyAtOnce(int limit) =>
        new(acquired: false, RateLimitRefusal.AtOnce(limit), null);

    public static RequestLease Unavailable(string policy) =>
        new(acquired: false, RateLimitRefusal.Uncounted(policy), null);

    public static RequestLease? Find(HttpContext context) => context.Items[Key] as RequestLease;

    public void Keep(HttpContext context) => context.Items[Key] = this;

    public override bool TryGetMetadata(string metadataName, out object? metadata)
    {
        metadata = metadataName == MetadataName.RetryAfter.Name ? refusal?.RetryAfter : null;
        return metadata is not null;
    }

    protected override void Dispose(bool disposing)
    {
        slot?.Dispose();
        base.Dispose(disposing);
    }
}
