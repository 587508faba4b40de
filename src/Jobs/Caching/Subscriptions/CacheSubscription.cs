namespace Jobs.Caching.Subscriptions;

/// <summary>Whom to tell when tags of a tenant are removed.</summary>
public sealed record CacheSubscription(
    Guid Id,
    string Url,
    IReadOnlyList<string> Tags,
    DateTimeOffset CreatedAt
);
