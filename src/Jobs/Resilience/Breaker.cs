using Polly;
using Polly.CircuitBreaker;

namespace Jobs.Resilience;

/// <summary>
/// Stands before something outside: when enough of the calls fail, it refuses further ones for a while at once, instead
/// of letting each wait for its failure, and then tries with a single one. Thread-safe; made by <see cref="Breakers"/>.
/// </summary>
public sealed class Breaker
{
    private static readonly ResiliencePropertyKey<Func<object?, bool>> Fails = new("fails");

    private readonly CircuitBreakerStateProvider state = new();
    private readonly ResiliencePipeline pipeline;
    private readonly TimeProvider time;
    private readonly TimeSpan breakDuration;
    private long usedAt;

    internal Breaker(
        string service,
        string target,
        BreakerOptions options,
        TimeProvider time,
        Action<BreakerStatus> changed
    )
    {
        Service = service;
        Target = target;
        this.time = time;
        breakDuration = options.BreakDuration;
        usedAt = time.GetTimestamp();
        ValueTask Tell(BreakerState to)
        {
            changed(new BreakerStatus(service, target, to));
            return default;
        }
        pipeline = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddCircuitBreaker(
                new CircuitBreakerStrategyOptions
                {
                    FailureRatio = options.FailureRatio,
                    MinimumThroughput = options.MinimumThroughput,
                    SamplingDuration = options.SamplingDuration,
                    BreakDuration = options.BreakDuration,
                    StateProvider = state,
                    ShouldHandle = args => new(IsFailure(args.Outcome, args.Context)),
                    OnOpened = _ => Tell(BreakerState.Open),
                    OnHalfOpened = _ => Tell(BreakerState.HalfOpen),
                    OnClosed = _ => Tell(BreakerState.Closed),
                }
            )
            .Build();
    }

    public string Service { get; }

    public string Target { get; }

    public BreakerState State =>
        state.CircuitState switch
        {
            CircuitState.Closed => BreakerState.Closed,
            CircuitState.HalfOpen => BreakerState.HalfOpen,
            _ => BreakerState.Open,
        };

    public BreakerStatus Status => new(Service, Target, State);

    /// <summary>Since the last call, made or refused.</summary>
    internal TimeSpan Idle => time.GetElapsedTime(Volatile.Read(ref usedAt));

    /// <summary>
    /// Makes a call. What it throws counts as a failure and is thrown on, unless the caller cancelled; a timeout of the
    /// call's own counts.
    /// </summary>
    /// <exception cref="BreakerOpenException">It was not made.</exception>
    public ValueTask<T> RunAsync<T>(
        Func<CancellationToken, ValueTask<T>> call,
        CancellationToken cancellationToken
    ) => RunAsync(call, static _ => false, cancellationToken);

    /// <summary>The same for a call that returns its failures.</summary>
    /// <param name="fails">Whether a result says that what is outside is ill; a refusal of this one request does not.</param>
    /// <exception cref="BreakerOpenException">It was not made.</exception>
    public async ValueTask<T> RunAsync<T>(
        Func<CancellationToken, ValueTask<T>> call,
        Func<T, bool> fails,
        CancellationToken cancellationToken
    )
    {
        Volatile.Write(ref usedAt, time.GetTimestamp());
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        context.Properties.Set(Fails, result => fails((T)result!));
        try
        {
            return await pipeline.ExecuteAsync(
                static (context, call) => call(context.CancellationToken),
                context,
                call
            );
        }
        catch (BrokenCircuitException e)
        {
            throw new BreakerOpenException(Service, e.RetryAfter ?? breakDuration, e);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private static bool IsFailure(Outcome<object> outcome, ResilienceContext context) =>
        outcome.Exception switch
        {
            null => context.Properties.GetValue(Fails, _ => false)(outcome.Result),
            OperationCanceledException => !context.CancellationToken.IsCancellationRequested,
            _ => true,
        };
}
