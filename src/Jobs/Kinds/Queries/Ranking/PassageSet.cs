using System.Numerics;
using Jobs.Kinds.Queries.Index;

namespace Jobs.Kinds.Queries.Ranking;

/// <summary>Some passages of a segment, a bit each. Not thread-safe.</summary>
internal sealed class PassageSet(int passages)
{
    private readonly ulong[] bits = new ulong[(passages + 63) / 64];

    public bool this[int passage] => (bits[passage >> 6] & (1UL << (passage & 63))) != 0;

    public int Count => bits.Sum(BitOperations.PopCount);

    public PassageSet Add(ReadOnlySpan<Posting> postings)
    {
        foreach (var posting in postings)
        {
            bits[posting.Passage >> 6] |= 1UL << (posting.Passage & 63);
        }
        return this;
    }

    public PassageSet Or(PassageSet other)
    {
        for (var i = 0; i < bits.Length; i++)
        {
            bits[i] |= other.bits[i];
        }
        return this;
    }

    public PassageSet And(PassageSet other)
    {
        for (var i = 0; i < bits.Length; i++)
        {
            bits[i] &= other.bits[i];
        }
        return this;
    }

    public PassageSet Except(PassageSet other)
    {
        for (var i = 0; i < bits.Length; i++)
        {
            bits[i] &= ~other.bits[i];
        }
        return this;
    }
}
