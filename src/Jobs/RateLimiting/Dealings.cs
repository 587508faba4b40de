namespace Jobs.RateLimiting;

/// <summary>
/// What a counter has to do with the shared budget. Apart from it, because a decision does not read any of this, and
/// what a decision must fetch is to be small. The counter locks it.
/// </summary>
internal sealed class Dealings(string policy, RateLimitSubject subject, RateClock clock)
{
    // Permits are taken for the traffic of so long, and at least so many.
    private static readonly TimeSpan Ahead = TimeSpan.FromMilliseconds(200);
    private const int LeastWanted = 5;

    // For longer, up to what is used long before its time is over, where that makes them worth a statement.
    private static readonly TimeSpan FarAhead = TimeSpan.FromMilliseconds(500);
    private const int WorthAStatement = 200;

    private UsageRate rate = new(clock.Now);
    private long grantedAt;
    private int granted;
    private int usedSince;
    private int waiting;
    private TaskCompletionSource? answer;

    public string Policy => policy;

    public RateLimitSubject Subject => subject;

    public RateClock Clock => clock;

    /// <summary>Granted before, and to be given back.</summary>
    public int Returned { get; set; }

    /// <summary>How the shared budget stood when it was asked last.</summary>
    public SharedStanding Shared { get; private set; }

    /// <summary>Requests that wait for the next answer.</summary>
    public int Waiting => Volatile.Read(ref waiting);

    /// <summary>Completes with the next answer of the shared budget; to be read before it is asked.</summary>
    public Task Answer
    {
        get
        {
            var next = Volatile.Read(ref answer);
            if (next is null)
            {
                var made = new TaskCompletionSource(
                    TaskCreationOptions.RunContinuationsAsynchronously
                );
                next = Interlocked.CompareExchange(ref answer, made, null) ?? made;
            }
            return next.Task;
        }
    }

    public void BeginWait() => Interlocked.Increment(ref waiting);

    public void EndWait() => Interlocked.Decrement(ref waiting);

    /// <summary>Tells those who wait that there was an answer.</summary>
    public void Tell() => Interlocked.Exchange(ref answer, null)?.SetResult();

    /// <summary>Takes in how many permits were used since it was told last.</summary>
    public void Count(int used, long now)
    {
        usedSince += used;
        rate.Count(used, now, clock.Shortest, clock.Units(Ahead));
    }

    /// <summary>How many permits the caller is likely to use soon.</summary>
    /// <param name="refusedUntil">Before that it could not use any: its time begins then.</param>
    public int Wanted(int needed, long now, long refusedUntil)
    {
        var soon = rate.PerUnit * clock.Units(Ahead);
        var later = rate.PerUnit * clock.Units(FarAhead);
        // One that begins has no rate yet: as long as half of a grant goes in half of the time that it is for, the next
        // is twice as large.
        var passed = now - Math.Max(grantedAt, refusedUntil);
        var quick = passed < clock.Units(Ahead) / 2 && usedSince >= granted / 2;
        var more = quick ? Math.Min(2L * granted, RateLimitSettings.Most) : 0;
        return (int)
            Math.Max(
                Math.Max(Math.Max(needed, LeastWanted), more),
                Math.Max(soon, Math.Min(later, WorthAStatement))
            );
    }

    /// <summary>Takes in what the budget answered.</summary>
    public void Answered(BudgetGrant grant, long now)
    {
        Shared = new SharedStanding(
            grant.Remaining,
            grant.Slot,
            now + clock.Units(grant.FullMicroseconds),
            now + clock.Units(grant.RetryMicroseconds)
        );
        if (grant.Granted > 0)
        {
            (granted, grantedAt, usedSince) = (grant.Granted, now, 0);
        }
    }

    public void Reset()
    {
        Shared = default;
        Returned = 0;
    }
}

/// <summary>How the shared budget stood, in the unit of the clock.</summary>
internal readonly record struct SharedStanding(int Remaining, int Slot, long FullAt, long RetryAt);
