namespace Jobs.RateLimiting;

/// <summary>Names a counter within this process. Smaller than a subject: it lies in the counter, beside what decides.</summary>
internal readonly record struct CounterKey
{
    // Of the process: nobody outside can choose ids that fall together.
    private static readonly ulong LowSecret = (ulong)Random.Shared.NextInt64();
    private static readonly ulong HighSecret = (ulong)Random.Shared.NextInt64() | 1;

    private readonly ulong low;
    private readonly ulong high;
    private readonly uint kind;

    public CounterKey(int policy, in RateLimitSubject subject)
    {
        low = (ulong)subject.Id;
        high = (ulong)(subject.Id >> 64);
        kind = ((uint)policy * 4) + (uint)subject.Kind;
    }

    /// <summary>All 64 bits are as good as random.</summary>
    public ulong Hash
    {
        get
        {
            var upper = Math.BigMul(
                low ^ LowSecret,
                (high + (kind * 0x9E3779B97F4A7C15)) ^ HighSecret,
                out var lower
            );
            return upper ^ lower;
        }
    }

    public override int GetHashCode() => (int)Hash;
}
