namespace Jobs.Caching.Shared;

/// <summary>
/// Removals that the database may not have: they are written before it is asked again. When they become too many, all
/// that is shared is removed instead. They end with the process. Thread-safe.
/// </summary>
internal sealed class UnsentRemovals(CacheClock clock)
{
    /// <summary>How late a value that was set is still written.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(1);

    // Clocks do not run apart by more than that meanwhile.
    private static readonly TimeSpan Margin = TimeSpan.FromMilliseconds(200);

    private const int Most = 10_000;
    private readonly Lock gate = new();
    private HashSet<RemovalItem> items = [];
    private long notBefore;

    /// <summary>
    /// How long to wait before they are sent: what is under way might be written after them, and stay.
    /// </summary>
    public TimeSpan Wait
    {
        get
        {
            lock (gate)
            {
                return items.Count == 0
                    ? TimeSpan.Zero
                    : TimeSpan.FromMilliseconds(Math.Max(0, notBefore - clock.Now));
            }
        }
    }

    /// <summary>Does something while it is certain that there are none; says whether it did.</summary>
    public bool WhenEmpty(Action action)
    {
        lock (gate)
        {
            if (items.Count > 0)
            {
                return false;
            }
            action();
            return true;
        }
    }

    /// <summary>Removes these later.</summary>
    /// <param name="isUncertain">Whether the database may still come to them.</param>
    public void Add(IEnumerable<RemovalItem> more, bool isUncertain)
    {
        lock (gate)
        {
            if (isUncertain)
            {
                notBefore = clock.Now + (long)(Deadline + Margin).TotalMilliseconds;
            }
            items.UnionWith(more);
            if (items.Count > Most)
            {
                items = [RemovalItem.Everything];
            }
        }
    }

    public IReadOnlyCollection<RemovalItem> Take()
    {
        lock (gate)
        {
            var taken = items;
            items = [];
            return taken;
        }
    }
}
