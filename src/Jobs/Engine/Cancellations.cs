namespace Jobs.Engine;

/// <summary>Tells this process's worker that a batch is being cancelled. Thread-safe.</summary>
internal sealed class Cancellations
{
    /// <summary>The batch. Handlers must be quick and must not throw.</summary>
    public event Action<Guid>? Cancelled;

    public void Publish(Guid batchId) => Cancelled?.Invoke(batchId);
}
