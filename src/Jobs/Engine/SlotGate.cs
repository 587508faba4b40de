namespace Jobs.Engine;

/// <summary>Slots of which one is entered, or all together by who must be alone. Thread-safe.</summary>
internal sealed class SlotGate(int slots) : IDisposable
{
    private readonly SemaphoreSlim free = new(slots, slots);
    private readonly SemaphoreSlim alone = new(1, 1);

    /// <summary>Waits for a slot, or until nobody else is inside; dispose what it returns to leave.</summary>
    public async Task<IDisposable> EnterAsync(bool all, CancellationToken cancellationToken)
    {
        if (!all)
        {
            await free.WaitAsync(cancellationToken);
            return new Entry(this, 1);
        }
        // One at a time gathers slots: two would wait for each other's.
        await alone.WaitAsync(cancellationToken);
        var entered = 0;
        try
        {
            while (entered < slots)
            {
                await free.WaitAsync(cancellationToken);
                entered++;
            }
            return new Entry(this, entered);
        }
        catch
        {
            Leave(entered);
            throw;
        }
        finally
        {
            alone.Release();
        }
    }

    public void Dispose()
    {
        free.Dispose();
        alone.Dispose();
    }

    private void Leave(int entered)
    {
        if (entered > 0)
        {
            free.Release(entered);
        }
    }

    private sealed class Entry(SlotGate gate, int entered) : IDisposable
    {
        public void Dispose() => gate.Leave(entered);
    }
}
