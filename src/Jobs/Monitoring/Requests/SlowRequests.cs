using Microsoft.Extensions.Options;

namespace Jobs.Monitoring.Requests;

/// <summary>The last slow requests of this process, as many as are configured. Thread-safe.</summary>
public sealed class SlowRequests
{
    private readonly Queue<SlowRequest> last = new();
    private readonly Lock gate = new();
    private readonly int most;

    public SlowRequests(IOptions<MetricsOptions> options, MetricSignal signal)
    {
        most = options.Value.SlowRequests;
        Limit = options.Value.SlowRequest;
        signal.Cleared += Clear;
    }

    /// <summary>A request that takes longer is slow.</summary>
    public TimeSpan Limit { get; }

    public void Add(SlowRequest request)
    {
        lock (gate)
        {
            if (last.Count == most)
            {
                last.Dequeue();
            }
            last.Enqueue(request);
        }
    }

    /// <summary>The latest first.</summary>
    public IReadOnlyList<SlowRequest> List()
    {
        lock (gate)
        {
            return [.. last.Reverse()];
        }
    }

    private void Clear()
    {
        lock (gate)
        {
            last.Clear();
        }
    }
}

/// <summary>A request that took long.</summary>
public sealed record SlowRequest(
    DateTimeOffset At,
    string Route,
    string Method,
    int Status,
    double ElapsedMs,
    string? TraceId
);
