namespace Jobs.RateLimiting;

/// <summary>By what a request is counted.</summary>
public enum SubjectKind
{
    /// <summary>The key that it brings, by its id.</summary>
    Key,

    /// <summary>Who has signed in with a key, by its id.</summary>
    User,

    /// <summary>Where it comes from: an IPv4 address, or the /64 of an IPv6 address.</summary>
    Address,
}
