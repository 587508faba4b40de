using Jobs.Database;
using Jobs.RateLimiting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Jobs.Tests.RateLimiting;

/// <summary>A process that limits, with its share of the budget on a real database; a test may drive its statements.</summary>
internal sealed class LimiterNode : IAsyncDisposable
{
    public const string PolicyName = "tried";
    private readonly BudgetStore store;
    private readonly Meters meters = new();
    private readonly DatabaseDoubt doubt = new();
    private bool primed;

    public LimiterNode(
        JobsDataSource database,
        RateLimitSettings settings,
        int nodes,
        TimeProvider time,
        bool databaseClock,
        int counters = 100_000
    )
    {
        var options = Options.Create(new RateLimitOptions { Counters = counters });
        Rules = new RateLimitRules(options, time);
        Rules.SetNodes(nodes);
        Set(settings);
        store = new BudgetStore(database, databaseClock ? null : time);
        Budget = new SharedBudget(
            store,
            Rules,
            DatabaseReadiness.Done(),
            doubt,
            options,
            time,
            NullLogger<SharedBudget>.Instance
        );
        Limiter = new RateLimiter(Rules, Budget, new RateLimitMeter(meters), options, time);
    }

    public RateLimitRules Rules { get; }

    public SharedBudget Budget { get; }

    public RateLimiter Limiter { get; }

    public RateLimitPolicy Policy => Rules.Current.Policies[PolicyName];

    public static RateLimitSubject Subject(int number) =>
        RateLimitSubject.Key(new Guid(number, 0, 0, [0, 0, 0, 0, 0, 0, 0, 1]), 2);

    public void Set(RateLimitSettings settings) =>
        Rules.Set(
            [
                new RateLimitRule(
                    PolicyName,
                    null,
                    null,
                    null,
                    settings,
                    DateTimeOffset.UnixEpoch,
                    null
                ),
            ],
            Rules.Current.Revision + 1
        );

    /// <summary>Decides, with a statement of the test's own where one is needed.</summary>
    public async Task<RateLimitVerdict> DecideAsync(
        int subject,
        CancellationToken cancellationToken
    )
    {
        if (!primed)
        {
            // Shared from the first request on.
            primed = await Budget.ExchangeAsync(cancellationToken);
        }
        var decision = Limiter.DecideAsync(Policy, Subject(subject), cancellationToken).AsTask();
        while (!decision.IsCompleted)
        {
            await Budget.ExchangeAsync(cancellationToken);
            await Task.WhenAny(
                decision,
                Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, cancellationToken)
            );
        }
        return await decision;
    }

    public async ValueTask DisposeAsync()
    {
        await Budget.StopAsync(CancellationToken.None);
        Budget.Dispose();
        await store.DisposeAsync();
        doubt.Dispose();
        meters.Dispose();
    }

    private sealed class Meters : System.Diagnostics.Metrics.IMeterFactory
    {
        private readonly List<System.Diagnostics.Metrics.Meter> made = [];

        public System.Diagnostics.Metrics.Meter Create(
            System.Diagnostics.Metrics.MeterOptions options
        )
        {
            var meter = new System.Diagnostics.Metrics.Meter(options);
            made.Add(meter);
            return meter;
        }

        public void Dispose() => made.ForEach(m => m.Dispose());
    }
}
