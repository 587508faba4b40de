using System.ComponentModel.DataAnnotations;

namespace Jobs.Caching;

/// <summary>Bound from the section <c>Jobs:Cache</c>.</summary>
public sealed class CacheOptions
{
    public const string Section = "Jobs:Cache";

    /// <summary>Longest that a value is fresh, and that it is kept beyond that.</summary>
    internal static readonly TimeSpan MostLife = TimeSpan.FromDays(7);

    /// <summary>Values that this process keeps in memory, at most. Default 2,000.</summary>
    [Range(1, 10_000_000)]
    public int MaxEntries { get; set; } = 2_000;

    /// <summary>Bytes that they take, at most, by estimate: their serialised form, twice where they are kept as objects. Default 64 MB.</summary>
    [Range(64 * 1024, long.MaxValue)]
    public long MaxBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>Bytes of a serialised value; a larger one is answered and not kept. Default 1 MB.</summary>
    [Range(1, 64 * 1024 * 1024)]
    public int MaxValueBytes { get; set; } = 1024 * 1024;

    /// <summary>Bytes from which a value is compressed in the database. Default 4 KB.</summary>
    [Range(64, int.MaxValue)]
    public int CompressAbove { get; set; } = 4 * 1024;

    /// <summary>The part of a lifetime that is taken off at random, so that what came together does not go together. Default 0.1.</summary>
    [Range(0, 0.9)]
    public double Jitter { get; set; } = 0.1;

    /// <summary>Whether values are shared with other processes through the database. Default true.</summary>
    public bool Shared { get; set; } = true;

    /// <summary>Whether shared values survive a crash of PostgreSQL, which makes writing them dearer. The same in all processes. Default false.</summary>
    public bool Durable { get; set; }

    /// <summary>
    /// How long a caller waits for the database before it goes on without. Default 40 ms: timers may be some
    /// milliseconds late, and nobody is to wait for 50.
    /// </summary>
    public TimeSpan Patience { get; set; } = TimeSpan.FromMilliseconds(40);

    /// <summary>How often this process asks what others have removed, beside being told. Default 5 s.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long one process may be at a value while others wait for it (<c>OneFillPerCluster</c>). Default 30 s.</summary>
    public TimeSpan FillTime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Lifetimes by namespace.</summary>
    public IDictionary<string, CacheNamespaceOptions> Namespaces { get; } =
        new Dictionary<string, CacheNamespaceOptions>(StringComparer.Ordinal);
}
