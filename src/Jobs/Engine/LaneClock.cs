namespace Jobs.Engine;

/// <summary>
/// The token of items that are executed one after the other: it ends with the chunk's, and with the time of the item that
/// is executed. Made once and used again as long as no item ran out of its time. Not thread-safe.
/// </summary>
internal sealed class LaneClock(CancellationToken chunk) : IDisposable
{
    private CancellationTokenSource? source;
    private bool armed;

    public CancellationToken Token =>
        (source ??= CancellationTokenSource.CreateLinkedTokenSource(chunk)).Token;

    /// <summary>Whether the present item ran out of its time, or the chunk ended.</summary>
    public bool IsOver => source?.IsCancellationRequested == true;

    /// <summary>The present item has this long.</summary>
    public void Arm(TimeSpan limit)
    {
        source!.CancelAfter(limit);
        armed = true;
    }

    /// <summary>The present item has ended.</summary>
    public void Disarm()
    {
        if (armed && !source!.TryReset())
        {
            source.Dispose();
            source = null;
        }
        armed = false;
    }

    public void Dispose() => source?.Dispose();
}
