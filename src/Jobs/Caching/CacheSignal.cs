using Jobs.Engine;

namespace Jobs.Caching;

/// <summary>Says that something was removed by another process, or may have been. Thread-safe.</summary>
internal sealed class CacheSignal : IDisposable
{
    private readonly AsyncSignal signal = new();

    public void Set() => signal.Set();

    public Task<bool> WaitAsync(TimeSpan timeout, CancellationToken cancellationToken) =>
        signal.WaitAsync(timeout, cancellationToken);

    public void Dispose() => signal.Dispose();
}
