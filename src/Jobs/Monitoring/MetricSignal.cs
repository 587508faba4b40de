using Jobs.Engine;

namespace Jobs.Monitoring;

/// <summary>Some node says that requests are counted anew: what was counted until now is to be set apart. Thread-safe.</summary>
public sealed class MetricSignal : IDisposable
{
    private readonly AsyncSignal signal = new();

    /// <summary>What is remembered of single requests is to be forgotten.</summary>
    internal event Action? Cleared;

    public void Dispose() => signal.Dispose();

    internal void Set()
    {
        Clear();
        signal.Set();
    }

    /// <summary>The same, for one who sets apart what was counted itself.</summary>
    internal void Clear() => Cleared?.Invoke();

    internal Task WaitAsync(TimeSpan timeout, CancellationToken cancellationToken) =>
        signal.WaitAsync(timeout, cancellationToken);
}
