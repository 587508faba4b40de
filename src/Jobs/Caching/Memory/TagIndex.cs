namespace Jobs.Caching.Memory;

/// <summary>Which entries carry a tag. Not thread-safe.</summary>
internal sealed class TagIndex
{
    private readonly Dictionary<string, HashSet<MemoryEntry>> entries = new(StringComparer.Ordinal);

    public IEnumerable<string> Tags => entries.Keys;

    public void Add(MemoryEntry entry)
    {
        foreach (var tag in entry.Tags)
        {
            if (!entries.TryGetValue(tag, out var tagged))
            {
                entries[tag] = tagged = [];
            }
            tagged.Add(entry);
        }
    }

    public void Remove(MemoryEntry entry)
    {
        foreach (var tag in entry.Tags)
        {
            if (
                entries.TryGetValue(tag, out var tagged)
                && tagged.Remove(entry)
                && tagged.Count == 0
            )
            {
                entries.Remove(tag);
            }
        }
    }

    public IReadOnlyCollection<MemoryEntry> Of(string tag) =>
        entries.TryGetValue(tag, out var tagged) ? tagged : [];

    public void Clear() => entries.Clear();
}
