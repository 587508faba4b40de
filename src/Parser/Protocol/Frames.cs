using System.Buffers.Binary;
using System.Text;
using Jobs.Parser.Extraction;

namespace Jobs.Parser.Protocol;

/// <summary>Frames on a pipe: a byte of kind, four of length, the payload. Neither side trusts the other's lengths.</summary>
internal static class Frames
{
    /// <summary>Longest payload; a longer one is a broken or a hostile peer.</summary>
    public const int MaxPayload = 2 * 1024 * 1024;

    private const int HeaderLength = 5;
    private const int BlockHeader = 5;

    public static async Task WriteAsync(
        Stream stream,
        FrameKind kind,
        ReadOnlyMemory<byte> payload,
        CancellationToken cancellationToken
    )
    {
        var header = new byte[HeaderLength];
        header[0] = (byte)kind;
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(1), payload.Length);
        await stream.WriteAsync(header, cancellationToken);
        await stream.WriteAsync(payload, cancellationToken);
    }

    /// <summary>The next frame, its payload in <paramref name="buffer"/>; null at the end of the stream.</summary>
    /// <exception cref="InvalidDataException">It is no frame.</exception>
    /// <exception cref="EndOfStreamException">The stream ended within a frame.</exception>
    public static async Task<(FrameKind Kind, int Length)?> ReadAsync(
        Stream stream,
        FrameBuffer buffer,
        CancellationToken cancellationToken
    )
    {
        var header = buffer.Header;
        var read = await stream.ReadAtLeastAsync(
            header,
            HeaderLength,
            throwOnEndOfStream: false,
            cancellationToken
        );
        if (read == 0)
        {
            return null;
        }
        var length = BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(1));
        if (read < HeaderLength || length is < 0 or > MaxPayload)
        {
            throw new InvalidDataException("What came is no frame.");
        }
        await stream.ReadExactlyAsync(buffer.Room(length), cancellationToken);
        return ((FrameKind)header[0], length);
    }

    public static void WriteBlock(Stream stream, TextBlock block)
    {
        var length = BlockHeader + Encoding.UTF8.GetByteCount(block.Text);
        var frame = new byte[HeaderLength + length];
        frame[0] = (byte)FrameKind.Block;
        BinaryPrimitives.WriteInt32LittleEndian(frame.AsSpan(1), length);
        BinaryPrimitives.WriteInt32LittleEndian(frame.AsSpan(HeaderLength), block.Page ?? 0);
        frame[HeaderLength + 4] = (byte)block.Heading;
        Encoding.UTF8.GetBytes(block.Text, frame.AsSpan(HeaderLength + BlockHeader));
        stream.Write(frame);
    }

    /// <summary>The next block of a spool; null at its end.</summary>
    public static TextBlock? ReadBlock(Stream spool)
    {
        var header = new byte[HeaderLength];
        if (spool.ReadAtLeast(header, HeaderLength, throwOnEndOfStream: false) == 0)
        {
            return null;
        }
        var payload = new byte[BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(1))];
        spool.ReadExactly(payload);
        return ReadBlock(payload);
    }

    /// <summary>A block from its frame.</summary>
    /// <exception cref="InvalidDataException">It is no block.</exception>
    public static TextBlock ReadBlock(ReadOnlySpan<byte> payload)
    {
        if (payload.Length < BlockHeader)
        {
            throw new InvalidDataException("What came is no block of text.");
        }
        var page = BinaryPrimitives.ReadInt32LittleEndian(payload);
        // Cleaned on this side too: what was parsed is no more to be trusted than what was sent.
        var text = Text.CleanText.Of(Encoding.UTF8.GetString(payload[BlockHeader..]));
        return new TextBlock(text, page > 0 ? page : null, Math.Min((int)payload[4], 9));
    }
}

/// <summary>Where frames are read into; it grows to the longest and is used again.</summary>
internal sealed class FrameBuffer
{
    private byte[] payload = [];

    public byte[] Header { get; } = new byte[5];

    public Memory<byte> Room(int length)
    {
        if (payload.Length < length)
        {
            payload = new byte[Math.Max(length, 64 * 1024)];
        }
        return payload.AsMemory(0, length);
    }
}
