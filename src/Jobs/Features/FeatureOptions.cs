namespace Jobs.Features;

/// <summary>Bound from the section <c>Jobs:Features</c>: how switches stand that nobody set while the service runs.</summary>
public sealed class FeatureOptions
{
    public const string Section = "Jobs:Features";

    /// <summary>Whether callers may submit. What was accepted goes on either way. Default true.</summary>
    public bool Batch { get; set; } = true;

    /// <summary>Whether answers are taken from the cache; else they are computed each time. Default true.</summary>
    public bool Caching { get; set; } = true;

    /// <summary>Whether requests are limited. Default true.</summary>
    public bool RateLimiting { get; set; } = true;

    /// <summary>Whether notifications are written and shown. Default true.</summary>
    public bool Notifications { get; set; } = true;

    /// <summary>
    /// Kinds by name: of one that is off nothing is submitted and nothing is leased; what waits, waits. Default: all on.
    /// </summary>
    public IDictionary<string, bool> Kinds { get; } =
        new Dictionary<string, bool>(StringComparer.Ordinal);
}
