namespace Jobs.Database;

/// <summary>
/// The planner's settings of the engine's pool, for a transaction on another one: plans that are right for any number
/// of chunks, whenever they were made.
/// </summary>
internal static class EnginePlanner
{
    /// <summary>Statements that come first in the transaction.</summary>
    public static readonly IReadOnlyList<string> Local =
    [
        "set local enable_seqscan = off",
        "set local enable_bitmapscan = off",
        "set local enable_hashjoin = off",
        "set local enable_mergejoin = off",
        "set local jit = off",
    ];
}
