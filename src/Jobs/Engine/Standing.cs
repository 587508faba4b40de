namespace Jobs.Engine;

/// <summary>How the tenants stand with one worker: arrays with an element a tenant.</summary>
/// <param name="Passes">The virtual time of each.</param>
/// <param name="Costs">How much of it one chunk is expected to cost.</param>
/// <param name="Aged">Whether what has waited longer than its head start goes first.</param>
/// <param name="Pass">The virtual time of every other tenant.</param>
/// <param name="Cost">The cost of a chunk of every other tenant.</param>
internal sealed record Standing(
    int[] Tenants,
    double[] Passes,
    double[] Costs,
    bool[] Aged,
    double Pass,
    double Cost
)
{
    /// <summary>Of nobody anything is known.</summary>
    public static Standing Unknown { get; } = new([], [], [], [], 0, 0);
}
