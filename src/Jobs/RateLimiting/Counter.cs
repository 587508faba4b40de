namespace Jobs.RateLimiting;

/// <summary>
/// What this process knows of one caller under one policy: permits that it holds of the shared budget, the time of a
/// refusal, and marks of its own for when the budget cannot be asked. Thread-safe; taking a permit that is held needs
/// no lock.
/// </summary>
internal sealed class Counter(string policy, RateLimitSubject subject, RateClock clock)
{
    // Permits are taken for the traffic of so long, and at least so many.
    private static readonly TimeSpan Ahead = TimeSpan.FromMilliseconds(200);
    private const int LeastWanted = 5;

    // A rate is taken over at least so long.
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(10);

    // Below this many a grant is not worth a further one ahead of time.
    private const int LeastRefilled = 20;

    // A refusal is believed at least so long, so that a crowd that is refused asks little, and at most so long, so that
    // a reset is seen.
    private static readonly TimeSpan ShortestRefusal = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestRefusal = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private volatile Plan? plan;
    private Held older;
    private Held newer;
    private Marks marks;
    private Shared shared;
    private long refusedUntil;
    private int refillAt;
    private int asked;
    private int waiting;
    private int owed;
    private int returned;
    private long taken;
    private long givenBack;
    private long counted;
    private long countedAt = clock.Now;
    private int uncounted;
    private double perUnit;
    private TaskCompletionSource answer = NewAnswer();

    public string Policy => policy;

    public RateLimitSubject Subject => subject;

    /// <summary>Completes with the next answer of the shared budget; to be read before it is asked.</summary>
    public Task Answer => Volatile.Read(ref answer).Task;

    /// <summary>What it is held against under these rules.</summary>
    public Quota QuotaUnder(RuleSet rules) =>
        plan is { } known && ReferenceEquals(known.Rules, rules) ? known.Quota : Adopt(rules);

    /// <summary>Uses a permit that is held.</summary>
    public bool TryUse(long now) => Use(ref older, now) || Use(ref newer, now);

    /// <summary>Whether the shared budget has just said that there is nothing.</summary>
    public bool IsRefused(long now) => now < Volatile.Read(ref refusedUntil);

    /// <summary>Whether more should be asked for before what is held is used up.</summary>
    public bool NeedsRefill =>
        Volatile.Read(ref older.Count) + Volatile.Read(ref newer.Count)
        < Volatile.Read(ref refillAt);

    /// <summary>Whether the caller is to put it in the queue of the budget: once until it is collected.</summary>
    public bool Enqueue() => Interlocked.Exchange(ref asked, 1) == 0;

    public void BeginWait() => Interlocked.Increment(ref waiting);

    public void EndWait() => Interlocked.Decrement(ref waiting);

    /// <summary>Counts by itself, up to the share of this node; what it admits is owed to the shared budget.</summary>
    /// <param name="first">Whether it owed nothing before.</param>
    public bool TryTakeLocally(RuleSet rules, long now, out bool first)
    {
        var meters = QuotaUnder(rules).Local;
        lock (gate)
        {
            Account(meters, now);
            first = owed == 0;
            if (!Gcra.TryTake(meters, ref marks, now))
            {
                return false;
            }
            owed++;
            return true;
        }
    }

    /// <summary>What is to be asked and told, taken out of the counter; null for nothing.</summary>
    /// <param name="more">Whether somebody asked for more.</param>
    public BudgetAsk? Collect(RuleSet rules, long now, bool more)
    {
        var quota = QuotaUnder(rules);
        lock (gate)
        {
            if (more)
            {
                Volatile.Write(ref asked, 0);
                Volatile.Write(ref refillAt, 0);
            }
            Expire(ref older, now);
            Expire(ref newer, now);
            Account(quota.Local, now);
            var needed = more ? Volatile.Read(ref waiting) : 0;
            var wanted = more
                ? Math.Max(Math.Max(needed, LeastWanted), (int)(perUnit * clock.Units(Ahead)))
                : 0;
            if (wanted == 0 && returned == 0 && owed == 0)
            {
                return null;
            }
            var ask = new BudgetAsk(this, quota, needed, wanted, returned, owed, now);
            returned = 0;
            owed = 0;
            return ask;
        }
    }

    /// <summary>Takes over what the budget answered.</summary>
    public void Receive(BudgetAsk ask, BudgetGrant grant, long now)
    {
        lock (gate)
        {
            if (grant.Granted > 0)
            {
                // What is older than both is given back: nothing is held longer than its time.
                var left = Interlocked.Exchange(ref newer.Count, 0);
                GiveBack(Interlocked.Exchange(ref older.Count, 0));
                older.Until = newer.Until;
                Volatile.Write(ref older.Count, left);
                newer.Until = ask.At + clock.Units(RateWindow.Hold);
                Volatile.Write(ref newer.Count, grant.Granted);
                taken += grant.Granted;
                refillAt = grant.Granted >= LeastRefilled ? grant.Granted / 2 : 0;
            }
            shared = new Shared(
                grant.Remaining,
                grant.Slot,
                now + clock.Units(grant.FullMicroseconds),
                now + clock.Units(grant.RetryMicroseconds)
            );
            Volatile.Write(
                ref refusedUntil,
                grant.Remaining > 0
                    ? 0
                    : now
                        + Math.Clamp(
                            clock.Units(grant.RetryMicroseconds),
                            clock.Units(ShortestRefusal),
                            clock.Units(LongestRefusal)
                        )
            );
        }
        Interlocked.Exchange(ref answer, NewAnswer()).SetResult();
    }

    /// <summary>The budget did not answer. What was owed still is; permits that it may have granted are lost.</summary>
    public void Fail(BudgetAsk ask)
    {
        lock (gate)
        {
            owed += ask.Owed;
        }
    }

    /// <summary>Whether it has something that must come back to the budget.</summary>
    public bool IsActive
    {
        get
        {
            lock (gate)
            {
                return older.Count > 0 || newer.Count > 0 || returned > 0 || owed > 0;
            }
        }
    }

    /// <summary>Gives up what it holds, for the end of the process.</summary>
    public void Release()
    {
        lock (gate)
        {
            GiveBack(Interlocked.Exchange(ref older.Count, 0));
            GiveBack(Interlocked.Exchange(ref newer.Count, 0));
        }
    }

    /// <summary>As if nobody had ever called.</summary>
    public void Reset()
    {
        lock (gate)
        {
            GiveBack(Interlocked.Exchange(ref older.Count, 0));
            GiveBack(Interlocked.Exchange(ref newer.Count, 0));
            returned = 0;
            owed = 0;
            marks = default;
            shared = default;
            Volatile.Write(ref refusedUntil, 0);
        }
    }

    /// <summary>How it stands, for headers: by the shared budget, or by this node's own count.</summary>
    public RateLimitStanding Look(RuleSet rules, bool locally, long now)
    {
        var quota = QuotaUnder(rules);
        lock (gate)
        {
            if (locally)
            {
                Account(quota.Local, now);
                var room = Gcra.Look(quota.Local, ref marks, now);
                return new RateLimitStanding(
                    quota.LocalWindows[room.Tightest],
                    quota.LocalWindows,
                    room.Free,
                    clock.Span(room.Full),
                    clock.Span(room.Retry)
                );
            }
            var held = Usable(older, now) + Usable(newer, now);
            var window = quota.Windows[0];
            foreach (var other in quota.Windows)
            {
                window = other.Slot == shared.Slot ? other : window;
            }
            return new RateLimitStanding(
                window,
                quota.Windows,
                held + shared.Remaining,
                // What is held was counted when it was granted, and is not used yet.
                clock.Span(
                    Math.Max(
                        0,
                        shared.FullAt - now - (held * clock.Units(window.IntervalMicroseconds))
                    )
                ),
                clock.Span(Math.Max(0, shared.RetryAt - now))
            );
        }
    }

    private static TaskCompletionSource NewAnswer() =>
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static bool Use(ref Held held, long now)
    {
        var count = Volatile.Read(ref held.Count);
        while (count > 0 && now < Volatile.Read(ref held.Until))
        {
            var seen = Interlocked.CompareExchange(ref held.Count, count - 1, count);
            if (seen == count)
            {
                return true;
            }
            count = seen;
        }
        return false;
    }

    private static int Usable(Held held, long now) => now < held.Until ? held.Count : 0;

    private void Expire(ref Held held, long now)
    {
        if (now >= held.Until)
        {
            GiveBack(Interlocked.Exchange(ref held.Count, 0));
        }
    }

    private void GiveBack(int count)
    {
        returned += count;
        givenBack += count;
    }

    // What was used of the shared budget counts for this node's own marks too, so that it goes on from there when the
    // budget cannot be asked.
    private void Account(Meter[] meters, long now)
    {
        var used = taken - givenBack - older.Count - newer.Count;
        var fresh = (int)(used - counted);
        var elapsed = now - countedAt;
        if (fresh > 0)
        {
            Gcra.Charge(meters, ref marks, now, fresh);
        }
        counted = used;
        uncounted += Math.Max(0, fresh);
        if (elapsed >= clock.Units(Shortest))
        {
            // Half of it is what was before.
            perUnit = (perUnit + ((double)uncounted / elapsed)) / 2;
            countedAt = now;
            uncounted = 0;
        }
    }

    private Quota Adopt(RuleSet rules)
    {
        lock (gate)
        {
            if (plan is { } known && ReferenceEquals(known.Rules, rules))
            {
                return known.Quota;
            }
            var quota = rules.QuotaOf(policy, subject);
            if (plan is { } former && !former.Quota.Windows.SequenceEqual(quota.Windows))
            {
                // Another limit holds from now on: what was granted under the former one is neither used nor given
                // back, since a permit was another time then.
                GiveBack(Interlocked.Exchange(ref older.Count, 0));
                GiveBack(Interlocked.Exchange(ref newer.Count, 0));
                returned = 0;
                Volatile.Write(ref refusedUntil, 0);
            }
            // No fuller than full.
            Gcra.Charge(quota.Local, ref marks, clock.Now, 0);
            plan = new Plan(rules, quota);
            return quota;
        }
    }

    private struct Held
    {
        public int Count;
        public long Until;
    }

    /// <summary>How the shared budget stood when it was asked last.</summary>
    private record struct Shared(int Remaining, int Slot, long FullAt, long RetryAt);

    private sealed record Plan(RuleSet Rules, Quota Quota);
}
