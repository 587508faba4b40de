namespace Jobs.Kinds.Documents;

/// <summary>
/// Reads a value that is stored in parts, a part at a time, and holds no connection between two parts:
/// a slow reader costs the memory of one part and nothing else.
/// </summary>
/// <param name="load">Gives the part of an ordinal, or null after the last one.</param>
/// <param name="length">Of the whole, in bytes, where it is known.</param>
internal sealed class PartStream(
    Func<int, CancellationToken, Task<byte[]?>> load,
    long? length = null
) : ForwardStream
{
    private ReadOnlyMemory<byte> rest;
    private int next;
    private bool ended;
    private long position;

    /// <summary>In bytes.</summary>
    public override long Length => length ?? throw new NotSupportedException();

    public override long Position
    {
        get => position;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(
        Memory<byte> buffer,
        CancellationToken cancellationToken = default
    )
    {
        if (buffer.IsEmpty)
        {
            return 0;
        }
        while (rest.IsEmpty && !ended)
        {
            var part = await load(next++, cancellationToken);
            ended = part is null;
            rest = part;
        }
        var count = Math.Min(buffer.Length, rest.Length);
        rest[..count].CopyTo(buffer);
        rest = rest[count..];
        position += count;
        // A gap would otherwise look like the end of a shorter original.
        return count > 0 || length is null || position == length
            ? count
            : throw new EndOfStreamException(
                $"A stored value ended after {position} of {length} bytes."
            );
    }
}
