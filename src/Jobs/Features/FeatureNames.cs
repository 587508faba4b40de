namespace Jobs.Features;

/// <summary>The switches by name.</summary>
public static class FeatureNames
{
    public const string Batch = "batch";
    public const string Caching = "caching";
    public const string RateLimiting = "rateLimiting";
    public const string Notifications = "notifications";

    private const string Kinds = "kinds.";

    /// <summary>The switch of a kind.</summary>
    public static string OfKind(string kind) => Kinds + kind;

    /// <summary>The kind that a switch is of; null for one that is of none.</summary>
    public static string? KindOf(string name) =>
        name.StartsWith(Kinds, StringComparison.Ordinal) ? name[Kinds.Length..] : null;
}
