using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Jobs.Kinds.Queries.Frequent;

/// <summary>
/// How often each search was asked of this process. Thread-safe; counting takes no lock. It holds at most
/// <see cref="Most"/> searches, some 10 MB: where more come, those go that were asked least.
/// </summary>
internal sealed class QueryCounts
{
    public const int Most = 4_096;

    /// <summary>A search that was asked but once is not frequent: it is not even written down.</summary>
    public const int Repeated = 2;

    // Characters of a search; of longer ones, which name many documents or tags, none is asked often.
    private const int Longest = 1_200;

    private readonly ConcurrentDictionary<(int TenantId, string Name), Count> counts = new();
    private readonly Lock gate = new();
    private int held;

    public int Held => Volatile.Read(ref held);

    /// <summary>Counts a search.</summary>
    /// <param name="tenantId">Who asks.</param>
    /// <param name="name">Of its answer in the cache.</param>
    /// <param name="request">The search.</param>
    /// <param name="times">How often it is asked.</param>
    public void Add(int tenantId, string name, SearchRequest request, int times = 1)
    {
        if (!counts.TryGetValue((tenantId, name), out var count))
        {
            if (request.Identity.Length > Longest)
            {
                return;
            }
            var made = new Count(request);
            count = counts.GetOrAdd((tenantId, name), made);
            if (count == made && Interlocked.Increment(ref held) > Most)
            {
                Trim();
            }
        }
        Interlocked.Add(ref count.Total, times);
        Interlocked.Add(ref count.Unwritten, times);
    }

    /// <summary>Whether a search was asked before, as far as this process remembers.</summary>
    public bool IsRepeated(int tenantId, string name) =>
        counts.TryGetValue((tenantId, name), out var count)
        && Volatile.Read(ref count.Total) >= Repeated;

    /// <summary>
    /// Takes what was counted since the last time: of each tenant those that were asked most. What was asked before
    /// counts half from now on for what is to be held, so that what is frequent now goes last.
    /// </summary>
    public IReadOnlyList<Counted> Take(int mostOfTenant)
    {
        var taken = new List<Counted>();
        var repeated = counts
            .Where(c => c.Value.Total >= Repeated && c.Value.Unwritten > 0)
            .GroupBy(c => c.Key.TenantId);
        foreach (var tenant in repeated)
        {
            foreach (
                var (key, count) in tenant
                    .OrderByDescending(c => c.Value.Unwritten)
                    .Take(mostOfTenant)
            )
            {
                var times = Interlocked.Exchange(ref count.Unwritten, 0);
                taken.Add(new Counted(key.TenantId, key.Name, count.Request, times));
            }
        }
        foreach (var (_, count) in counts)
        {
            Volatile.Write(ref count.Total, (count.Total + 1) / 2);
        }
        return taken;
    }

    // Half of them go.
    private void Trim()
    {
        lock (gate)
        {
            if (Held <= Most)
            {
                return;
            }
            var byTotal = counts.OrderBy(c => c.Value.Total).ToList();
            foreach (var (key, count) in byTotal.Take(byTotal.Count - (Most / 2)))
            {
                if (counts.TryRemove(KeyValuePair.Create(key, count)))
                {
                    Interlocked.Decrement(ref held);
                }
            }
        }
    }

    private sealed class Count(SearchRequest request)
    {
        public int Total;
        public int Unwritten;

        public SearchRequest Request { get; } = request;
    }
}

/// <summary>How often a search was asked.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Counted(
    int TenantId,
    string Name,
    SearchRequest Request,
    int Times
);
