namespace Jobs.Caching;

/// <summary>Where an answer came from.</summary>
public enum CacheStatus
{
    /// <summary>It was computed for this caller, or for one who asked at the same time.</summary>
    Miss,

    /// <summary>It was there, and fresh.</summary>
    Hit,

    /// <summary>It was there, past its freshness: it is being refreshed, or its source fails.</summary>
    Stale,
}

public static class CacheStatusExtensions
{
    /// <summary>As in the header <c>X-Cache</c>.</summary>
    public static string Header(this CacheStatus status) =>
        status switch
        {
            CacheStatus.Hit => "HIT",
            CacheStatus.Stale => "STALE",
            _ => "MISS",
        };
}
