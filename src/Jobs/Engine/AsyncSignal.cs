namespace Jobs.Engine;

/// <summary>Wakes one waiter; a signal given while nobody waits is kept, several are one. Thread-safe.</summary>
internal sealed class AsyncSignal : IDisposable
{
    private readonly SemaphoreSlim semaphore = new(0, 1);
    private readonly Lock gate = new();

    /// <summary>Whether it was given and nobody has taken it yet.</summary>
    public bool IsSet => semaphore.CurrentCount > 0;

    public void Set()
    {
        lock (gate)
        {
            if (semaphore.CurrentCount == 0)
            {
                semaphore.Release();
            }
        }
    }

    /// <summary>Waits for the signal or the time; says which it was.</summary>
    public Task<bool> WaitAsync(TimeSpan timeout, CancellationToken cancellationToken) =>
        semaphore.WaitAsync(timeout, cancellationToken);

    public void Dispose() => semaphore.Dispose();
}
