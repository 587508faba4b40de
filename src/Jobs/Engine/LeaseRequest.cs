using Jobs.Kinds;

namespace Jobs.Engine;

/// <summary>What a worker asks for.</summary>
/// <param name="Worker">Who asks.</param>
/// <param name="Kinds">The kinds that are wanted, each with how many chunks at most.</param>
/// <param name="Count">How many at most in all.</param>
/// <param name="Standing">Whose turn it is.</param>
internal sealed record LeaseRequest(
    Guid Worker,
    IReadOnlyList<(Kind Kind, int Free)> Kinds,
    int Count,
    Standing Standing
)
{
    /// <summary>Whether a tenant may have a limit on what runs at once.</summary>
    public bool TenantLimits { get; init; }

    /// <summary>Below this rank nothing is looked for.</summary>
    public long Floor { get; init; } = long.MinValue;

    /// <summary>The tenant to begin with, where more of them wait than one lease looks at.</summary>
    public int FirstTenant { get; init; }
}
