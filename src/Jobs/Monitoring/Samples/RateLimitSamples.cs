using Jobs.RateLimiting;

namespace Jobs.Monitoring.Samples;

/// <summary>Requests over a rate limit since the last slice. One caller at a time.</summary>
internal sealed class RateLimitSamples(RateLimitMeter meter) : ISampleSource
{
    private readonly Dictionary<string, long> taken = new(StringComparer.Ordinal);

    public void Collect(SampleSlice slice)
    {
        foreach (var (policy, total) in meter.Refusals())
        {
            slice.Count(
                SampleNames.RateLimitRefusals,
                total - taken.GetValueOrDefault(policy),
                tenantId: null,
                ("policy", policy)
            );
            taken[policy] = total;
        }
    }
}
