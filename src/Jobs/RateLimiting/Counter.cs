namespace Jobs.RateLimiting;

/// <summary>
/// What this process knows of one caller under one policy: permits that it holds of the shared budget, the time of a
/// refusal, and marks of its own for when the budget cannot be asked. Thread-safe; taking a permit that is held needs
/// no lock.
/// </summary>
/// <remarks>
/// A decision reads nothing beside it but what all counters have in common, and it fits in a little more than two lines of
/// the processor's cache: among many callers that is what a decision takes. <see cref="Dealings"/> has the rest.
/// </remarks>
internal sealed class Counter(
    CounterKey key,
    string policy,
    RateLimitSubject subject,
    RateClock clock
)
{
    // Below this many a grant is not worth a further one ahead of time.
    private const int LeastRefilled = 20;

    private readonly Dealings dealings = new(policy, subject, clock);
    private volatile Quota? quota;

    // In place: a lock of its own would be one more object to fetch for each decision.
    private SpinLock gate = new(enableThreadOwnerTracking: false);
    private readonly CounterKey key = key;
    private HeldPermits held;
    private Marks marks;
    private long refusedUntil;
    private int refillAt;
    private int asked;
    private int owed;

    public ref readonly CounterKey Key => ref key;

    public string Policy => dealings.Policy;

    public RateLimitSubject Subject => dealings.Subject;

    /// <summary>Completes with the next answer of the shared budget; to be read before it is asked.</summary>
    public Task Answer => dealings.Answer;

    /// <summary>What it is held against under these rules.</summary>
    public Quota QuotaUnder(RuleSet rules) =>
        quota is { } known && known.IsOf(rules) ? known : Adopt(rules);

    /// <summary>Uses a permit that is held.</summary>
    public bool TryUse(RateClock clock) => held.Count > 0 && held.TryUse(clock.Recently);

    /// <summary>Whether the shared budget has just said that there is nothing.</summary>
    public bool IsRefused(long now) => now < Volatile.Read(ref refusedUntil);

    /// <summary>Whether more should be asked for before what is held is used up.</summary>
    public bool NeedsRefill => held.Count < Volatile.Read(ref refillAt);

    /// <summary>Whether it is in the queue of the budget.</summary>
    public bool IsAsked => Volatile.Read(ref asked) != 0;

    /// <summary>Whether the caller is to put it in the queue of the budget: once until it is collected.</summary>
    public bool Enqueue() => Interlocked.Exchange(ref asked, 1) == 0;

    public void BeginWait() => dealings.BeginWait();

    public void EndWait() => dealings.EndWait();

    /// <summary>Counts by itself, up to the share of this node; what it admits is owed to the shared budget.</summary>
    /// <param name="first">Whether it owed nothing before.</param>
    public bool TryTakeLocally(RuleSet rules, long now, out bool first)
    {
        var meters = QuotaUnder(rules).Local;
        using (Locked())
        {
            if (held.HasUsed)
            {
                Account(meters, now);
            }
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
            dealings.Returned += held.Expire(now);
            Account(under.Local, now);
            var needed = more ? dealings.Waiting : 0;
            var wanted = more ? dealings.Wanted(needed, now, refusedUntil) : 0;
            if (wanted == 0 && dealings.Returned == 0 && owed == 0)
            {
                return null;
            }
            var ask = new BudgetAsk(this, under, needed, wanted, dealings.Returned, owed, now);
            dealings.Returned = 0;
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
                dealings.Returned += held.Add(grant.Granted, ask.At + Clock.Hold);
                refillAt = grant.Granted >= LeastRefilled ? grant.Granted / 2 : 0;
            }
            dealings.Answered(grant, now);
            Volatile.Write(ref refusedUntil, now + Refusal.TimeOf(ask.Quota, grant, nodes, clock));
        }
        dealings.Tell();
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
                return held.Count > 0 || dealings.Returned > 0 || owed > 0;
            }
        }
    }

    /// <summary>Gives up what it holds, for the end of the process.</summary>
    public void Release()
    {
        using (Locked())
        {
            dealings.Returned += held.Clear();
        }
    }

    /// <summary>As if nobody had ever called.</summary>
    public void Reset()
    {
        using (Locked())
        {
            held.Clear();
            dealings.Reset();
            owed = 0;
            marks = default;
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
            Clock.Span(room.Full),
            Clock.Span(room.Retry)
        );
    }

    private RateLimitStanding LookShared(Quota under, long now)
    {
        var shared = dealings.Shared;
        var window = under.Windows[0];
        foreach (var other in under.Windows)
        {
            window = other.Slot == shared.Slot ? other : window;
        }
        var usable = held.Usable(now);
        // What is held was counted when it was granted, and is not used yet.
        var unused = usable * Clock.Units(window.IntervalMicroseconds);
        return new RateLimitStanding(
            window,
            under.Windows,
            usable + shared.Remaining,
            Clock.Span(Math.Max(0, shared.FullAt - now - unused)),
            Clock.Span(Math.Max(0, shared.RetryAt - now))
        );
    }

    // What was used of the shared budget counts for this node's own marks too, so that it goes on from there when the
    // budget cannot be asked.
    private void Account(Meter[] meters, long now)
    {
        var used = held.TakeUsed();
        dealings.Count(used, now);
        if (used > 0)
        {
            Gcra.Charge(meters, ref marks, now, used);
        }
    }

    private Quota Adopt(RuleSet rules)
    {
        using (Locked())
        {
            if (quota is { } known && known.IsOf(rules))
            {
                return known;
            }
            var next = rules.QuotaOf(Policy, Subject);
            if (quota is { } former && !former.Windows.SequenceEqual(next.Windows))
            {
                // Another limit holds from now on: what was granted under the former one is neither used nor given
                // back, since a permit was another time then.
                held.Clear();
                dealings.Returned = 0;
                Volatile.Write(ref refusedUntil, 0);
            }
            // No fuller than full.
            Gcra.Charge(next.Local, ref marks, Clock.Now, 0);
            quota = next;
            return next;
        }
    }

    private RateClock Clock => dealings.Clock;

    private LockScope Locked() => new(ref gate);

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
