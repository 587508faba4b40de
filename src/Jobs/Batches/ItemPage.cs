using System.Buffers;
using System.Text;

namespace Jobs.Batches;

/// <summary>A page while its items come in. Not thread-safe; give it back with <see cref="Dispose"/>.</summary>
internal sealed class ItemPage(int number, int first) : IDisposable
{
    private const int InitialBytes = 8 * 1024;
    private byte[] buffer = ArrayPool<byte>.Shared.Rent(InitialBytes);
    private int length;
    private StringBuilder? customIds;

    public int Number => number;

    /// <summary>Index in the batch of its first item.</summary>
    public int First => first;

    public int Count { get; private set; }

    /// <summary>The items, a JSON value a line.</summary>
    public ReadOnlyMemory<byte> Items => buffer.AsMemory(0, length);

    /// <summary>The callers' ids, one a line; null when no item has one.</summary>
    public string? CustomIds
    {
        get
        {
            PadCustomIds();
            return customIds?.ToString();
        }
    }

    /// <summary>Outcomes that items have from the start; null when none has.</summary>
    public OutcomeBuffer? Settled { get; private set; }

    /// <summary>The items that workers have to do; null for all of them.</summary>
    public ItemSet? Open { get; private set; }

    public bool HasRoomFor(int bytes, int itemsPerPage) =>
        Count < itemsPerPage && (Count == 0 || length + bytes + 1 <= BatchLimits.PageBytes);

    public void Add(ReadOnlySpan<byte> item, string? customId)
    {
        Grow(item.Length + 1);
        if (length > 0)
        {
            buffer[length++] = (byte)'\n';
        }
        var target = buffer.AsSpan(length, item.Length);
        item.CopyTo(target);
        // Line breaks between the tokens of an item become spaces: the page has an item a line.
        target.Replace((byte)'\n', (byte)' ');
        target.Replace((byte)'\r', (byte)' ');
        length += item.Length;
        Count++;
        Open?.Add(Count - 1);
        if (customId is not null)
        {
            PadCustomIds(customIds ??= new StringBuilder());
            customIds.Append(customId);
        }
    }

    /// <summary>The outcomes of this page's settled items; the item added last is not left to workers.</summary>
    public OutcomeBuffer SettleLast(int itemsPerPage)
    {
        if (Open is null)
        {
            Open = ItemSet.Empty(itemsPerPage);
            for (var item = 0; item < Count; item++)
            {
                Open.Add(item);
            }
        }
        Open.Remove(Count - 1);
        return Settled ??= new OutcomeBuffer();
    }

    /// <summary>How many items workers have to do.</summary>
    public int OpenCount => Open?.Count ?? Count;

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = [];
        length = 0;
    }

    private int paddedIds;

    private void PadCustomIds(StringBuilder? ids = null)
    {
        // One line per item up to the present one.
        ids ??= customIds;
        if (ids is null)
        {
            return;
        }
        for (; paddedIds < Count - 1; paddedIds++)
        {
            ids.Append('\n');
        }
    }

    private void Grow(int more)
    {
        if (length + more <= buffer.Length)
        {
            return;
        }
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(buffer.Length * 2, length + more));
        buffer.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }
}
