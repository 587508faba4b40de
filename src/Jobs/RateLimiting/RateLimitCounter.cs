namespace Jobs.RateLimiting;

/// <summary>A shared counter, as administrators see it.</summary>
/// <param name="Subject">As <see cref="RateLimitSubject.ToString"/> writes it: a key's id, never the key.</param>
/// <param name="Remaining">Null where its policy is not known to this node.</param>
/// <param name="Full">Until all of it is free again.</param>
public sealed record RateLimitCounter(string Policy, string Subject, int? Remaining, TimeSpan Full)
{
    // By the policy's own numbers, or those of the key; which tenant a key has is not in the counter.
    internal static RateLimitCounter Of(
        RuleSet rules,
        string policy,
        string name,
        long[] marks,
        long now
    )
    {
        var full = TimeSpan.FromMicroseconds(Math.Max(0, marks.Max() - now));
        if (
            !rules.Policies.ContainsKey(policy) || !RateLimitSubject.TryParse(name, out var subject)
        )
        {
            return new(policy, name, null, full);
        }
        var free = rules
            .QuotaOf(policy, subject)
            .Windows.Min(w =>
                w.Burst - ((Math.Max(0, marks[w.Slot] - now) - 1) / w.IntervalMicroseconds) - 1
            );
        return new(policy, name, (int)Math.Max(0, free), full);
    }
}
