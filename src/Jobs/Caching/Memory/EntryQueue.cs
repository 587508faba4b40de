namespace Jobs.Caching.Memory;

/// <summary>Entries in the order of their coming, linked through themselves. Not thread-safe.</summary>
internal sealed class EntryQueue
{
    private MemoryEntry? newest;

    public MemoryEntry? Oldest { get; private set; }

    public int Count { get; private set; }

    public long Bytes { get; private set; }

    public void Add(MemoryEntry entry)
    {
        entry.Queue = this;
        entry.Older = newest;
        entry.Newer = null;
        if (newest is null)
        {
            Oldest = entry;
        }
        else
        {
            newest.Newer = entry;
        }
        newest = entry;
        Count++;
        Bytes += entry.Size;
    }

    public void Remove(MemoryEntry entry)
    {
        if (entry.Newer is null)
        {
            newest = entry.Older;
        }
        else
        {
            entry.Newer.Older = entry.Older;
        }
        if (entry.Older is null)
        {
            Oldest = entry.Newer;
        }
        else
        {
            entry.Older.Newer = entry.Newer;
        }
        entry.Queue = null;
        entry.Newer = entry.Older = null;
        Count--;
        Bytes -= entry.Size;
    }
}
