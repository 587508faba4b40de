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

    // Below this many a grant is not worth a further one ahead of time.
    private const int LeastRefilled = 20;

    // In place: a lock of its own would be one more object to fetch for each decision.
    private SpinLock gate = new(enableThreadOwnerTracking: false);
    private volatile RuleSet? adopted;
    private volatile Quota? quota;
    private HeldPermits held;
    private Marks marks;
    private UsageRate rate = new(clock.Now);
    private Shared shared;
    private long refusedUntil;
    private int refillAt;
    private int asked;
    private int waiting;
    private int owed;
    private int returned;
    private TaskCompletionSource answer = NewAnswer();

    public string Policy => policy;

    public RateLimitSubject Subject => subject;

    /// <summary>Completes with the next answer of the shared budget; to be read before it is asked.</summary>
    public Task Answer => Volatile.Read(ref answer).Task;

    /// <summary>What it is held against under these rules.</summary>
    public Quota QuotaUnder(RuleSet rules) =>
        ReferenceEquals(adopted, rules) ? quota! : Adopt(rules);

    /// <summary>Uses a permit that is held.</summary>
    public bool TryUse(long now) => held.TryUse(now);

    /// <summary>Whether the shared budget has just said that there is nothing.</summary>
    public bool IsRefused(long now) => now < Volatile.Read(ref refusedUntil);

    /// <summary>Whether more should be asked for before what is held is used up.</summary>
    public bool NeedsRefill => held.Count < Volatile.Read(ref refillAt);

    /// <summary>Whether the caller is to put it in the queue of the budget: once until it is collected.</summary>
    public bool Enqueue() => Interlocked.Exchange(ref asked, 1) == 0;

    public void BeginWait() => Interlocked.Increment(ref waiting);

    public void EndWait() => Interlocked.Decrement(ref waiting);

    /// <summary>Counts by itself, up to the share of this node; what it admits is owed to the shared budget.</summary>
    /// <param name="first">Whether it owed nothing before.</param>
    public bool TryTakeLocally(RuleSet rules, long now, out bool first)
    {
        var meters = QuotaUnder(rules).Local;
        using (Locked())
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
        var under = QuotaUnder(rules);
        using (Locked())
        {
            if (more)
            {
                Volatile.Write(ref asked, 0);
                Volatile.Write(ref refillAt, 0);
            }
            returned += held.Expire(now);
            Account(under.Local, now);
            var needed = more ? Volatile.Read(ref waiting) : 0;
            var wanted = more
                ? Math.Max(Math.Max(needed, LeastWanted), (int)(rate.PerUnit * clock.Units(Ahead)))
                : 0;
            if (wanted == 0 && returned == 0 && owed == 0)
            {
                return null;
            }
            var ask = new BudgetAsk(this, under, needed, wanted, returned, owed, now);
            returned = 0;
            owed = 0;
            return ask;
        }
    }

    /// <summary>Takes over what the budget answered.</summary>
    public void Receive(BudgetAsk ask, BudgetGrant grant, int nodes, long now)
    {
        using (Locked())
        {
            if (grant.Granted > 0)
            {
                returned += held.Add(grant.Granted, ask.At + clock.Hold);
                refillAt = grant.Granted >= LeastRefilled ? grant.Granted / 2 : 0;
            }
            shared = new Shared(
                grant.Remaining,
                grant.Slot,
                now + clock.Units(grant.FullMicroseconds),
                now + clock.Units(grant.RetryMicroseconds)
            );
            Volatile.Write(ref refusedUntil, now + Refusal.TimeOf(ask.Quota, grant, nodes, clock));
        }
        Interlocked.Exchange(ref answer, NewAnswer()).SetResult();
    }

    /// <summary>The budget did not answer. What was owed still is; permits that it may have granted are lost.</summary>
    public void Fail(BudgetAsk ask)
    {
        using (Locked())
        {
            owed += ask.Owed;
        }
    }

    /// <summary>Whether it has something that must come back to the budget.</summary>
    public bool IsActive
    {
        get
        {
            using (Locked())
            {
                return held.Count > 0 || returned > 0 || owed > 0;
            }
        }
    }

    /// <summary>Gives up what it holds, for the end of the process.</summary>
    public void Release()
    {
        using (Locked())
        {
            returned += held.Clear();
        }
    }

    /// <summary>As if nobody had ever called.</summary>
    public void Reset()
    {
        using (Locked())
        {
            held.Clear();
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
        var under = QuotaUnder(rules);
        using (Locked())
        {
            return locally ? LookLocally(under, now) : LookShared(under, now);
        }
    }

    private RateLimitStanding LookLocally(Quota under, long now)
    {
        Account(under.Local, now);
        var room = Gcra.Look(under.Local, ref marks, now);
        return new RateLimitStanding(
            under.LocalWindows[room.Tightest],
            under.LocalWindows,
            room.Free,
            clock.Span(room.Full),
            clock.Span(room.Retry)
        );
    }

    private RateLimitStanding LookShared(Quota under, long now)
    {
        var window = under.Windows[0];
        foreach (var other in under.Windows)
        {
            window = other.Slot == shared.Slot ? other : window;
        }
        var usable = held.Usable(now);
        // What is held was counted when it was granted, and is not used yet.
        var unused = usable * clock.Units(window.IntervalMicroseconds);
        return new RateLimitStanding(
            window,
            under.Windows,
            usable + shared.Remaining,
            clock.Span(Math.Max(0, shared.FullAt - now - unused)),
            clock.Span(Math.Max(0, shared.RetryAt - now))
        );
    }

    // What was used of the shared budget counts for this node's own marks too, so that it goes on from there when the
    // budget cannot be asked.
    private void Account(Meter[] meters, long now)
    {
        if (rate.Count(held.Used, now, clock.Shortest) is > 0 and var fresh)
        {
            Gcra.Charge(meters, ref marks, now, fresh);
        }
    }

    private Quota Adopt(RuleSet rules)
    {
        using (Locked())
        {
            if (ReferenceEquals(adopted, rules))
            {
                return quota!;
            }
            var next = rules.QuotaOf(policy, subject);
            if (quota is { } former && !former.Windows.SequenceEqual(next.Windows))
            {
                // Another limit holds from now on: what was granted under the former one is neither used nor given
                // back, since a permit was another time then.
                held.Clear();
                returned = 0;
                Volatile.Write(ref refusedUntil, 0);
            }
            // No fuller than full.
            Gcra.Charge(next.Local, ref marks, clock.Now, 0);
            // In this order: who sees the rules sees their quota.
            quota = next;
            adopted = rules;
            return next;
        }
    }

    private static TaskCompletionSource NewAnswer() =>
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private LockScope Locked() => new(ref gate);

    /// <summary>How the shared budget stood when it was asked last.</summary>
    private record struct Shared(int Remaining, int Slot, long FullAt, long RetryAt);

    private readonly ref struct LockScope
    {
        private readonly ref SpinLock taken;

        public LockScope(ref SpinLock gate)
        {
            taken = ref gate;
            var done = false;
            gate.Enter(ref done);
        }

        public void Dispose() => taken.Exit(useMemoryBarrier: false);
    }
}
