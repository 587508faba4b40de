namespace Jobs.Engine;

/// <summary>Pauses between attempts.</summary>
internal static class Backoff
{
    /// <summary>
    /// Exponential with equal jitter (half of the pause is fixed, half is random), after "Exponential Backoff And
    /// Jitter", AWS Architecture Blog, 2015: chunks that failed together do not come back together.
    /// </summary>
    /// <param name="attempt">The attempt that failed, from 1.</param>
    /// <param name="random">In [0, 1).</param>
    public static TimeSpan After(int attempt, EngineOptions options, double random)
    {
        var full = Math.Min(
            options.BackoffBase.TotalMilliseconds * Math.Pow(2, Math.Min(attempt - 1, 30)),
            options.BackoffMax.TotalMilliseconds
        );
        return TimeSpan.FromMilliseconds((full / 2) + (full / 2 * random));
    }
}
