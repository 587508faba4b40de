using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Jobs.Batches;

/// <summary>
/// Finds two items of a batch with the same <c>customId</c>, in 20 bytes an item: of each id only 128 bits of its
/// SHA-256 are kept. Not thread-safe.
/// </summary>
internal sealed class CustomIdIndex
{
    private readonly Dictionary<UInt128, int> indexes = [];

    /// <summary>Remembers an id; says at which index it was before, or -1.</summary>
    public int Add(string customId, int index)
    {
        Span<byte> text = stackalloc byte[BatchLimits.CustomIdLength * 3];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text[..Encoding.UTF8.GetBytes(customId, text)], hash);
        return indexes.TryAdd(BinaryPrimitives.ReadUInt128LittleEndian(hash), index)
            ? -1
            : indexes[BinaryPrimitives.ReadUInt128LittleEndian(hash)];
    }
}
