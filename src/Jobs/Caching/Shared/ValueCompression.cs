using System.IO.Compression;

namespace Jobs.Caching.Shared;

/// <summary>Makes large values smaller on their way into the database.</summary>
internal static class ValueCompression
{
    // The lowest quality: twice as quick as the next one, and most of what there is to gain.
    private const int Quality = 1;
    private const int Window = 20;

    /// <summary>The compressed value; null where it would not be smaller by a tenth.</summary>
    public static byte[]? TryCompress(byte[] value)
    {
        var room = new byte[value.Length * 9L / 10];
        return BrotliEncoder.TryCompress(value, room, out var written, Quality, Window)
            ? room[..written]
            : null;
    }

    /// <summary>The value as it was.</summary>
    /// <exception cref="InvalidDataException">It is not a compressed value, or a larger one than there may be.</exception>
    public static byte[] Decompress(byte[] value, int most)
    {
        using var stream = new BrotliStream(new MemoryStream(value), CompressionMode.Decompress);
        var plain = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = stream.Read(buffer)) > 0)
        {
            plain.Write(buffer, 0, read);
            if (plain.Length > most)
            {
                throw new InvalidDataException("A value of the cache is larger than it may be.");
            }
        }
        return plain.ToArray();
    }
}
