namespace Jobs.Database;

/// <summary>
/// What the request that is being answered has waited for the rate limits, for what it may wait for the cache: its
/// patience is one.
/// </summary>
public static class RequestWait
{
    /// <summary>What remains in any case: an answer that comes at all comes within that.</summary>
    internal static readonly TimeSpan Least = TimeSpan.FromMilliseconds(5);

    private static readonly AsyncLocal<TimeSpan> Waited = new();

    /// <summary>In the flow of this request from here on.</summary>
    public static TimeSpan SoFar
    {
        get => Waited.Value;
        set => Waited.Value = value;
    }

    /// <summary>What is left of a patience.</summary>
    internal static TimeSpan Left(TimeSpan patience)
    {
        var left = patience - Waited.Value;
        return left >= Least || left == patience ? left : Least;
    }
}
