namespace Jobs.RateLimiting;

/// <summary>Names a counter within this process.</summary>
internal readonly record struct CounterKey(int Policy, SubjectKind Kind, UInt128 Id)
{
    // Seeded by the process: nobody outside can choose keys that fall together.
    private static readonly ulong Seed = (ulong)Random.Shared.NextInt64();

    public override int GetHashCode()
    {
        var mixed =
            (((ulong)Id + Seed) * 0x9E3779B97F4A7C15)
            + (((ulong)(Id >> 64) + (uint)((Policy * 4) + (int)Kind)) * 0xC2B2AE3D27D4EB4F);
        return (int)(mixed ^ (mixed >> 32));
    }
}
