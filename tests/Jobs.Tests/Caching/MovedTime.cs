namespace Jobs.Tests.Caching;

/// <summary>The system's clock, which a test moves ahead; timers stay the system's.</summary>
internal sealed class MovedTime : TimeProvider
{
    private long ahead;

    public override long GetTimestamp() => System.GetTimestamp() + Interlocked.Read(ref ahead);

    public void Advance(TimeSpan by) =>
        Interlocked.Add(ref ahead, (long)(by.TotalSeconds * TimestampFrequency));
}
