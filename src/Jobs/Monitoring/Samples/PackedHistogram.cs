namespace Jobs.Monitoring.Samples;

/// <summary>
/// A histogram as bytes: for each bucket that is not empty how many empty ones are before it, and its count, both as
/// variable-length integers (LEB128). A minute of a route is a few dozen bytes.
/// </summary>
internal static class PackedHistogram
{
    /// <summary>Null for one that is empty.</summary>
    public static byte[]? Pack(ReadOnlySpan<long> counts)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        var empty = 0;
        foreach (var count in counts)
        {
            if (count <= 0)
            {
                empty++;
                continue;
            }
            writer.Write7BitEncodedInt(empty);
            writer.Write7BitEncodedInt64(count);
            empty = 0;
        }
        return stream.Length == 0 ? null : stream.ToArray();
    }

    /// <summary>Adds a packed histogram to one that is not.</summary>
    /// <exception cref="FormatException">The bytes are not a histogram.</exception>
    public static void AddTo(Span<long> counts, byte[] packed)
    {
        using var reader = new BinaryReader(new MemoryStream(packed));
        var bucket = 0;
        try
        {
            while (reader.BaseStream.Position < packed.Length)
            {
                bucket += reader.Read7BitEncodedInt();
                counts[bucket++] += reader.Read7BitEncodedInt64();
            }
        }
        catch (Exception e) when (e is EndOfStreamException or IndexOutOfRangeException)
        {
            throw new FormatException("A packed histogram is cut short or too long.", e);
        }
    }
}
