using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Jobs.Caching;

/// <summary>
/// The hash of a name for tables in memory, sixteen bytes a step in the manner of wyhash (Wang Yi), with a secret of
/// the process, so that nobody outside can choose names that collide. It takes half of what a string's own hash does,
/// and every hit needs one.
/// </summary>
internal static class NameHash
{
    private const int Step = 16;
    private const ulong First = 0xa076_1d64_78bd_642f;
    private const ulong Second = 0xe703_7ed1_a0b4_28db;

    private static readonly ulong Secret = BitConverter.ToUInt64(
        RandomNumberGenerator.GetBytes(sizeof(ulong))
    );

    public static int Of(string name)
    {
        var bytes = MemoryMarshal.AsBytes(name.AsSpan());
        var length = (ulong)bytes.Length;
        var hash = Secret;
        while (bytes.Length > Step)
        {
            hash = Mix(Read(bytes) ^ First, Read(bytes[sizeof(ulong)..]) ^ hash);
            bytes = bytes[Step..];
        }
        var (low, high) = bytes.Length switch
        {
            // The two may overlap.
            >= sizeof(ulong) => (Read(bytes), Read(bytes[^sizeof(ulong)..])),
            >= sizeof(uint) => (Read32(bytes), Read32(bytes[^sizeof(uint)..])),
            > 0 => (bytes[0] | ((ulong)bytes[1] << 8), 0UL),
            _ => (0UL, 0UL),
        };
        hash = Mix(Second ^ length, Mix(low ^ First, high ^ hash));
        return (int)(hash ^ (hash >> 32));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Mix(ulong a, ulong b)
    {
        var high = Math.BigMul(a, b, out var low);
        return high ^ low;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Read(ReadOnlySpan<byte> bytes) => MemoryMarshal.Read<ulong>(bytes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Read32(ReadOnlySpan<byte> bytes) => MemoryMarshal.Read<uint>(bytes);
}
