namespace Jobs.CrashHost;

/// <summary>A clock that is wrong by as much; its timers are right.</summary>
public sealed class ShiftedTime(TimeSpan by) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
}
