namespace Jobs.RateLimiting;

/// <summary>Names a counter within this process.</summary>
internal readonly record struct CounterKey(int Policy, SubjectKind Kind, UInt128 Id)
{
    // Seeded by the process: nobody outside can choose keys that fall together.
    public override int GetHashCode() =>
        HashCode.Combine(Policy * 4 + (int)Kind, (ulong)Id, (ulong)(Id >> 64));
}
