using System.Data;
using Npgsql;

namespace Jobs.Kinds.Documents;

/// <summary>
/// Reads a value that is stored in parts, a part at a time, and holds no connection between two parts:
/// a slow reader costs the memory of one part and nothing else. Not thread-safe.
/// </summary>
/// <param name="select">Selects the part of an ordinal; no row after the last one.</param>
/// <param name="length">Of the whole, in bytes, where it is known.</param>
internal sealed class PartStream(Func<int, NpgsqlCommand> select, long? length = null)
    : ForwardStream
{
    // One for all parts: arrays of this length are collected late, so that a new one for each would pile up.
    private byte[] buffer = [];
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
        Memory<byte> target,
        CancellationToken cancellationToken = default
    )
    {
        if (target.IsEmpty)
        {
            return 0;
        }
        while (rest.IsEmpty && !ended)
        {
            ended = !await LoadAsync(next++, cancellationToken);
        }
        var count = Math.Min(target.Length, rest.Length);
        rest[..count].CopyTo(target);
        rest = rest[count..];
        position += count;
        // A gap would otherwise look like the end of a shorter original.
        return count > 0 || length is null || position == length
            ? count
            : throw new EndOfStreamException(
                $"A stored value ended after {position} of {length} bytes."
            );
    }

    private async Task<bool> LoadAsync(int part, CancellationToken ct)
    {
        await using var command = select(part);
        await using var row = await command.ExecuteReaderAsync(
            CommandBehavior.SequentialAccess | CommandBehavior.SingleRow,
            ct
        );
        if (!await row.ReadAsync(ct))
        {
            return false;
        }
        await using var value = await row.GetStreamAsync(0, ct);
        var size = (int)value.Length;
        if (buffer.Length < size)
        {
            buffer = new byte[size];
        }
        await value.ReadExactlyAsync(buffer.AsMemory(0, size), ct);
        rest = buffer.AsMemory(0, size);
        return true;
    }
}
