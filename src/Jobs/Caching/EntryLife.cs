using System.Runtime.InteropServices;

namespace Jobs.Caching;

/// <summary>How long a value lives from the moment that it was computed.</summary>
/// <param name="Local">How long it is fresh in the memory of a process.</param>
/// <param name="Stale">Until when it is answered while it is refreshed.</param>
/// <param name="Life">Until when it stands in for its source.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct EntryLife(
    TimeSpan Fresh,
    TimeSpan Local,
    TimeSpan Stale,
    TimeSpan Life
)
{
    /// <summary>The life of a value that is computed now.</summary>
    /// <param name="random">In [0, 1): how much of the jitter is taken off.</param>
    public static EntryLife Of(
        CacheNamespaceOptions settings,
        CacheEntryOptions? entry,
        double jitter,
        double random
    )
    {
        var fresh = Clamp(entry?.Ttl ?? settings.Ttl!.Value) * (1 - (jitter * random));
        var stale = Clamp(entry?.Stale ?? settings.Stale!.Value);
        var failSafe = Clamp(entry?.FailSafe ?? settings.FailSafe!.Value);
        var local = entry?.LocalTtl is { } limit && limit < fresh ? limit : fresh;
        return new EntryLife(
            fresh,
            local,
            fresh + stale,
            fresh + (failSafe > stale ? failSafe : stale)
        );
    }

    private static TimeSpan Clamp(TimeSpan time) =>
        time < TimeSpan.Zero ? TimeSpan.Zero
        : time > CacheOptions.MostLife ? CacheOptions.MostLife
        : time;
}
