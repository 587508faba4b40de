namespace Jobs.RateLimiting;

/// <summary>What becomes of a request.</summary>
public enum RateLimitVerdict
{
    /// <summary>Not known without asking the shared budget.</summary>
    Undecided,

    Admitted,

    Refused,

    /// <summary>Let through without being counted: the budget cannot be asked, and the policy says so.</summary>
    Uncounted,

    /// <summary>Refused without being counted, for the same reason.</summary>
    Unavailable,
}
