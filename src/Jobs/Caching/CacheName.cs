using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Jobs.Caching;

/// <summary>
/// Names of values within a scope. A name stands in the database as it is, so that it can be removed by its prefix:
/// what is long, personal or secret belongs into a hash.
/// </summary>
public static class CacheName
{
    /// <summary>Characters of a name; a longer one is hashed.</summary>
    public const int Length = 200;

    // 128 bits: nobody finds two names with the same hash.
    private const int HashBytes = 16;

    /// <summary>A readable word, a dot, and a hash of parts that are never stored. The bounds of the parts count.</summary>
    public static string Hashed(string word, params ReadOnlySpan<string?> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[sizeof(int)];
        foreach (var part in parts)
        {
            BinaryPrimitives.WriteInt32LittleEndian(length, part?.Length ?? -1);
            hash.AppendData(length);
            hash.AppendData(Encoding.UTF8.GetBytes(part ?? ""));
        }
        return $"{word}.{Encode(hash.GetHashAndReset())}";
    }

    /// <summary>
    /// The name as it is stored: itself where it is short and plain. Marks of our own at its beginning and characters
    /// that PostgreSQL does not take are hashed away.
    /// </summary>
    internal static string Stored(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return IsPlain(name) ? name : $"#{Digest(name)}";
    }

    internal static bool IsPlain(string name) =>
        name.Length <= Length
        && name[0] is not ('#' or '~')
        && !name.AsSpan().ContainsAnyInRange('\0', '\u001f')
        && !name.AsSpan().ContainsAnyInRange('\ud800', '\udfff');

    internal static string Digest(string text) =>
        Encode(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static string Encode(byte[] hash) =>
        Base64Url.EncodeToString(hash.AsSpan(0, HashBytes));
}
