using Jobs.Engine;

namespace Jobs.RateLimiting;

/// <summary>What other processes said of rate limits, until somebody here takes it up. Thread-safe.</summary>
public sealed class LimitNotices : IDisposable
{
    private readonly AsyncSignal signal = new();

    /// <summary>A counter was started anew: the policy, and whom it counts.</summary>
    internal event Action<string, RateLimitSubject>? Reset;

    public void Dispose() => signal.Dispose();

    /// <summary>A notice: empty where rules changed, else the policy and the subject of a counter with a space between.</summary>
    internal void Hear(string payload)
    {
        if (
            payload.Split(' ', 2) is [var policy, var name]
            && RateLimitSubject.TryParse(name, out var subject)
        )
        {
            Reset?.Invoke(policy, subject);
            return;
        }
        signal.Set();
    }

    /// <summary>Waits until rules may have changed, or for the time.</summary>
    internal Task WaitAsync(TimeSpan timeout, CancellationToken cancellationToken) =>
        signal.WaitAsync(timeout, cancellationToken);
}
