using System.Numerics;

namespace Jobs.Batches;

/// <summary>
/// Some of the items of a page, a bit an item (the lowest bit of the first byte is item 0). Not thread-safe.
/// In the database an absent set stands for the whole page.
/// </summary>
public sealed class ItemSet
{
    private readonly byte[] bits;

    private ItemSet(byte[] bits, int count)
    {
        this.bits = bits;
        Count = count;
    }

    /// <summary>How many items are in it.</summary>
    public int Count { get; private set; }

    public static ItemSet Empty(int size) => new(new byte[(size + 7) / 8], 0);

    public static ItemSet Full(int size)
    {
        var set = Empty(size);
        for (var item = 0; item < size; item++)
        {
            set.Add(item);
        }
        return set;
    }

    /// <summary>Reads the column of a page with <paramref name="size"/> items.</summary>
    public static ItemSet FromColumn(byte[]? column, int size)
    {
        if (column is null)
        {
            return Full(size);
        }
        var count = 0;
        foreach (var part in column)
        {
            count += BitOperations.PopCount(part);
        }
        return new ItemSet((byte[])column.Clone(), count);
    }

    /// <summary>The bytes of the column; the set must not change afterwards.</summary>
    public byte[] ToColumn() => bits;

    /// <summary>Whether it is in it; what lies beyond its column is not.</summary>
    public bool Contains(int item) =>
        item >> 3 < bits.Length && (bits[item >> 3] & (1 << (item & 7))) != 0;

    public void Add(int item)
    {
        if (!Contains(item))
        {
            bits[item >> 3] |= (byte)(1 << (item & 7));
            Count++;
        }
    }

    public void Remove(int item)
    {
        if (Contains(item))
        {
            bits[item >> 3] &= (byte)~(1 << (item & 7));
            Count--;
        }
    }

    public void ForEach(Action<int> action)
    {
        for (var item = NextFrom(0); item >= 0; item = NextFrom(item + 1))
        {
            action(item);
        }
    }

    public ItemSet Copy() => new((byte[])bits.Clone(), Count);

    /// <summary>The lowest item that is at least <paramref name="from"/>; -1 when there is none.</summary>
    public int NextFrom(int from)
    {
        for (var item = from; item < bits.Length * 8; item++)
        {
            if (Contains(item))
            {
                return item;
            }
        }
        return -1;
    }

    /// <summary>The lower and the upper half of at least two items.</summary>
    public (ItemSet Lower, ItemSet Upper) Halve()
    {
        var lower = Empty(bits.Length * 8);
        var upper = Copy();
        for (var item = NextFrom(0); lower.Count < Count / 2; item = NextFrom(item + 1))
        {
            lower.Add(item);
            upper.Remove(item);
        }
        return (lower, upper);
    }
}
