namespace Jobs.RateLimiting;

/// <summary>
/// Permits of the shared budget that a node holds for a caller: of two grants at most, each with its own time. To use
/// one takes no lock; everything else is for one at a time.
/// </summary>
internal struct HeldPermits
{
    private Grant older;
    private Grant newer;
    private long taken;
    private long givenBack;

    public readonly int Count => Volatile.Read(in older.Count) + Volatile.Read(in newer.Count);

    /// <summary>Those that were used since the beginning.</summary>
    public readonly long Used => taken - givenBack - Count;

    public readonly int Usable(long now) =>
        (now < older.Until ? older.Count : 0) + (now < newer.Until ? newer.Count : 0);

    public bool TryUse(long now) => Use(ref older, now) || Use(ref newer, now);

    /// <summary>Takes a grant in; returns how many of an older one are to be given back: nothing is held longer than its time.</summary>
    public int Add(int granted, long until)
    {
        var left = Interlocked.Exchange(ref newer.Count, 0);
        var back = GiveBack(Interlocked.Exchange(ref older.Count, 0));
        older.Until = newer.Until;
        Volatile.Write(ref older.Count, left);
        newer.Until = until;
        Volatile.Write(ref newer.Count, granted);
        taken += granted;
        return back;
    }

    /// <summary>How many are to be given back because their time is over.</summary>
    public int Expire(long now) =>
        (now < older.Until ? 0 : GiveBack(Interlocked.Exchange(ref older.Count, 0)))
        + (now < newer.Until ? 0 : GiveBack(Interlocked.Exchange(ref newer.Count, 0)));

    /// <summary>All of them, to be given back.</summary>
    public int Clear() =>
        GiveBack(Interlocked.Exchange(ref older.Count, 0))
        + GiveBack(Interlocked.Exchange(ref newer.Count, 0));

    private static bool Use(ref Grant grant, long now)
    {
        var count = Volatile.Read(ref grant.Count);
        while (count > 0 && now < Volatile.Read(ref grant.Until))
        {
            var seen = Interlocked.CompareExchange(ref grant.Count, count - 1, count);
            if (seen == count)
            {
                return true;
            }
            count = seen;
        }
        return false;
    }

    private int GiveBack(int count)
    {
        givenBack += count;
        return count;
    }

    private struct Grant
    {
        public int Count;
        public long Until;
    }
}
