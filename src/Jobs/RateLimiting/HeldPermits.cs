namespace Jobs.RateLimiting;

/// <summary>
/// Permits of the shared budget that a node holds for a caller: of two grants at most, each with its own time. To use
/// one takes no lock; everything else is for one at a time. Few bytes, since each decision fetches them.
/// </summary>
internal struct HeldPermits
{
    private long olderUntil;
    private long newerUntil;
    private int older;
    private int newer;

    // Granted, and neither given back nor seen to be used.
    private int open;

    public readonly int Count => Volatile.Read(in older) + Volatile.Read(in newer);

    /// <summary>Whether some were used that <see cref="TakeUsed"/> has not told of.</summary>
    public readonly bool HasUsed => open != Count;

    public readonly int Usable(long now) =>
        (now < olderUntil ? older : 0) + (now < newerUntil ? newer : 0);

    public bool TryUse(long now) =>
        TryUse(ref older, ref olderUntil, now) || TryUse(ref newer, ref newerUntil, now);

    /// <summary>How many were used since it was asked last.</summary>
    public int TakeUsed()
    {
        var used = open - Count;
        open -= used;
        return used;
    }

    /// <summary>Takes a grant in; returns how many of an older one are to be given back: nothing is held longer than its time.</summary>
    public int Add(int granted, long until)
    {
        var left = Interlocked.Exchange(ref newer, 0);
        var back = GiveBack(ref older);
        olderUntil = newerUntil;
        Volatile.Write(ref older, left);
        newerUntil = until;
        Volatile.Write(ref newer, granted);
        open += granted;
        return back;
    }

    /// <summary>How many are to be given back because their time is over.</summary>
    public int Expire(long now) =>
        (now < olderUntil ? 0 : GiveBack(ref older)) + (now < newerUntil ? 0 : GiveBack(ref newer));

    /// <summary>All of them, to be given back.</summary>
    public int Clear() => GiveBack(ref older) + GiveBack(ref newer);

    private static bool TryUse(ref int grant, ref long until, long now)
    {
        var count = Volatile.Read(ref grant);
        while (count > 0 && now < Volatile.Read(ref until))
        {
            var seen = Interlocked.CompareExchange(ref grant, count - 1, count);
            if (seen == count)
            {
                return true;
            }
            count = seen;
        }
        return false;
    }

    private int GiveBack(ref int grant)
    {
        var back = Interlocked.Exchange(ref grant, 0);
        open -= back;
        return back;
    }
}
