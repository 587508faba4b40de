using Microsoft.Extensions.Options;

namespace Jobs.RateLimiting;

/// <summary>
/// Decides on requests: most of the time from permits that this process holds of the budget that all nodes share, so
/// that a decision costs no round trip; else it asks, and waits 50 ms at most. Thread-safe.
/// </summary>
public sealed class RateLimiter
{
    private readonly RateLimitRules rules;
    private readonly SharedBudget budget;
    private readonly RateClock clock;
    private readonly CounterTable counters;
    private readonly RateLimitMeter meter;

    internal RateLimiter(
        RateLimitRules rules,
        SharedBudget budget,
        RateLimitMeter meter,
        IOptions<RateLimitOptions> options,
        TimeProvider time
    )
    {
        this.rules = rules;
        this.budget = budget;
        this.meter = meter;
        clock = new RateClock(time);
        counters = new CounterTable(options.Value.Counters);
    }

    /// <summary>Whether nodes count by themselves at present.</summary>
    public bool IsLocal => budget.IsAway;

    /// <summary>Statements that the shared budget was asked with.</summary>
    public long Statements => budget.Statements;

    /// <summary>Counters in memory.</summary>
    public int Counters => counters.Count;

    /// <summary>Decides where that is possible at once; takes 80 ns or less and allocates nothing.</summary>
    public RateLimitVerdict TryDecide(RateLimitPolicy policy, in RateLimitSubject subject)
    {
        var counter = counters.Get(policy, subject, clock);
        return TryDecide(policy, counter, rules.Current);
    }

    /// <summary>Decides, after a wait of at most 50 ms where the shared budget must be asked.</summary>
    public async ValueTask<RateLimitVerdict> DecideAsync(
        RateLimitPolicy policy,
        RateLimitSubject subject,
        CancellationToken cancellationToken
    )
    {
        var counter = counters.Get(policy, subject, clock);
        var verdict = TryDecide(policy, counter, rules.Current);
        if (verdict == RateLimitVerdict.Undecided)
        {
            verdict = await AskAsync(policy, counter, cancellationToken);
        }
        if (verdict is RateLimitVerdict.Refused or RateLimitVerdict.Unavailable)
        {
            meter.Refused(policy);
        }
        return verdict;
    }

    /// <summary>How the caller stands with a policy.</summary>
    public RateLimitStanding Look(RateLimitPolicy policy, in RateLimitSubject subject) =>
        counters.Get(policy, subject, clock).Look(rules.Current, budget.IsAway, clock.Now);

    /// <summary>Forgets what this process knows of a caller.</summary>
    internal void Forget(string policy, in RateLimitSubject subject)
    {
        if (
            rules.Current.Policies.TryGetValue(policy, out var known)
            && counters.Find(new CounterKey(known.Id, subject)) is { } counter
        )
        {
            budget.Reset(counter);
        }
    }

    private RateLimitVerdict TryDecide(RateLimitPolicy policy, Counter counter, RuleSet current)
    {
        // Adopts a change of the rules before anything is used.
        counter.QuotaUnder(current);
        if (counter.TryUse(clock))
        {
            if (counter.NeedsRefill && !counter.IsAsked && !counter.IsRefused(clock.Now))
            {
                budget.Ask(counter);
            }
            return RateLimitVerdict.Admitted;
        }
        var now = clock.Now;
        if (budget.IsAway)
        {
            return DecideAway(policy, counter, current, now);
        }
        return counter.IsRefused(now) ? RateLimitVerdict.Refused : RateLimitVerdict.Undecided;
    }

    private RateLimitVerdict DecideAway(
        RateLimitPolicy policy,
        Counter counter,
        RuleSet current,
        long now
    )
    {
        switch (policy.Settings.WhenAway)
        {
            case WhenAway.Open:
                return RateLimitVerdict.Uncounted;
            case WhenAway.Closed:
                return RateLimitVerdict.Unavailable;
            default:
                if (!counter.TryTakeLocally(current, now, out var first))
                {
                    return RateLimitVerdict.Refused;
                }
                if (first)
                {
                    budget.Owe(counter);
                }
                return RateLimitVerdict.Admitted;
        }
    }

    private async ValueTask<RateLimitVerdict> AskAsync(
        RateLimitPolicy policy,
        Counter counter,
        CancellationToken cancellationToken
    )
    {
        var started = clock.Now;
        var answered = false;
        counter.BeginWait();
        try
        {
            while (true)
            {
                // Taken before it is asked: the answer to another ask may come first, and is as good.
                var answer = counter.Answer;
                var verdict = TryDecide(policy, counter, rules.Current);
                if (verdict != RateLimitVerdict.Undecided)
                {
                    return verdict;
                }
                var left = budget.Patience - clock.Span(clock.Now - started);
                if (left <= TimeSpan.Zero)
                {
                    // Others were quicker all the time, or nothing came: that is no reason to refuse one who is
                    // within the limit.
                    return DecideAway(policy, counter, rules.Current, clock.Now);
                }
                budget.Ask(counter);
                await answer
                    .WaitAsync(left, clock.Time, cancellationToken)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                cancellationToken.ThrowIfCancellationRequested();
                answered |= answer.IsCompletedSuccessfully;
                if (!answered)
                {
                    budget.GiveUp();
                }
            }
        }
        finally
        {
            counter.EndWait();
        }
    }
}
