using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Jobs.Resilience;

/// <summary>
/// The breakers of this process, made when they are first asked for. Their number is bounded, since targets may come
/// from callers: those that are closed and idle are forgotten first, and beyond that a target goes without. Thread-safe.
/// </summary>
public sealed class Breakers(
    IOptions<BreakerOptions> options,
    TimeProvider time,
    ILogger<Breakers> log
)
{
    private const int Most = 1_000;

    private readonly ConcurrentDictionary<(string Service, string Target), Breaker> all = new();
    private readonly Lock gate = new();

    /// <summary>The breaker before a service.</summary>
    /// <param name="service">A constant: <c>webhooks</c>, <c>s3</c>, <c>ocr</c>. It is shown by <c>/health</c>.</param>
    /// <param name="target">
    /// Which one of that sort, such as the name of a data source: what fails together. Shown to administrators only.
    /// </param>
    public Breaker Get(string service, string target = "") =>
        all.TryGetValue((service, target), out var known) ? known : Make(service, target);

    /// <summary>The same where somebody has asked for it already; else null.</summary>
    public Breaker? Find(string service, string target = "") =>
        all.GetValueOrDefault((service, target));

    /// <summary>All, by service and target.</summary>
    public IReadOnlyList<BreakerStatus> List() =>
        [
            .. all
                .Values.Select(breaker => breaker.Status)
                .OrderBy(s => s.Service, StringComparer.Ordinal)
                .ThenBy(s => s.Target, StringComparer.Ordinal),
        ];

    /// <summary>The worst state of each service, without its targets.</summary>
    public IReadOnlyDictionary<string, BreakerState> Summary() =>
        all
            .Values.GroupBy(breaker => breaker.Service, StringComparer.Ordinal)
            .ToDictionary(
                service => service.Key,
                service => service.Max(breaker => breaker.State),
                StringComparer.Ordinal
            );

    private Breaker Make(string service, string target)
    {
        lock (gate)
        {
            if (all.TryGetValue((service, target), out var known))
            {
                return known;
            }
            if (all.Count >= Most)
            {
                Forget();
            }
            var breaker = new Breaker(service, target, options.Value, time, Tell);
            if (all.Count < Most)
            {
                all[(service, target)] = breaker;
            }
            return breaker;
        }
    }

    // What a closed one has counted is over after its sampling duration.
    private void Forget()
    {
        foreach (var (key, breaker) in all)
        {
            if (
                breaker.State == BreakerState.Closed
                && breaker.Idle > options.Value.SamplingDuration
            )
            {
                all.TryRemove(key, out _);
            }
        }
    }

    private void Tell(BreakerStatus status)
    {
        if (status.State == BreakerState.Open)
        {
            log.Opened(status.Service, status.Target);
        }
        else
        {
            log.Changed(status.Service, status.Target, status.State);
        }
    }
}
