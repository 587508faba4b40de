using System.Collections.Concurrent;
using Jobs.Database;
using Jobs.Engine;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Jobs.RateLimiting;

/// <summary>
/// Takes permits of the budget that all nodes share, for all counters that ask at about the same time in one round trip,
/// and gives back what is not used within its time. When the database does not answer, nobody waits for it: see
/// <see cref="IsAway"/>. Thread-safe.
/// </summary>
internal sealed class SharedBudget(
    BudgetStore store,
    RateLimitRules rules,
    DatabaseReadiness readiness,
    DatabaseDoubt doubt,
    IOptions<RateLimitOptions> options,
    TimeProvider time,
    ILogger<SharedBudget> log
) : BackgroundService
{
    private const int MostAtOnce = 500;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LastCall = TimeSpan.FromSeconds(1);

    private readonly RateClock clock = new(time);
    private readonly ConcurrentQueue<Counter> asking = new();
    private readonly ConcurrentDictionary<Counter, bool> active = new();
    private readonly AsyncSignal signal = new();

    // Until it has answered once: nobody waits for a first connection.
    private volatile bool failing = true;
    private bool said;
    private long sentAt;
    private TaskCompletionSource exchanged = new();

    /// <summary>How long a request waits for it.</summary>
    public TimeSpan Patience { get; } = options.Value.Patience;

    /// <summary>Statements that it has sent.</summary>
    public long Statements { get; private set; }

    /// <summary>Whether each node counts by itself: the database failed, or has not answered for as long as one would wait.</summary>
    public bool IsAway
    {
        get
        {
            if (failing || !readiness.IsReady)
            {
                return true;
            }
            var sent = Volatile.Read(ref sentAt);
            return sent != 0 && clock.Now - sent > clock.Units(Patience);
        }
    }

    /// <summary>Asks for a counter with the next statement.</summary>
    public void Ask(Counter counter)
    {
        if (counter.Enqueue())
        {
            asking.Enqueue(counter);
            signal.Set();
        }
    }

    /// <summary>The counter owes permits, and tells when it can.</summary>
    public void Owe(Counter counter)
    {
        active.TryAdd(counter, true);
        signal.Set();
    }

    /// <summary>
    /// A request has waited in vain: until the statement that is under way or comes next has ended, nobody else waits
    /// for the database.
    /// </summary>
    public void GiveUp() => doubt.RaiseUntil(Volatile.Read(ref exchanged).Task);

    /// <summary>Forgets what a counter holds and owes, since it was reset.</summary>
    public void Reset(Counter counter)
    {
        counter.Reset();
        active.TryRemove(counter, out _);
    }

    /// <summary>One statement for all that is to be asked and told now; false where the database did not answer.</summary>
    public async Task<bool> ExchangeAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await SendAsync(cancellationToken);
        }
        finally
        {
            Interlocked.Exchange(ref exchanged, new TaskCompletionSource()).SetResult();
        }
    }

    public override void Dispose()
    {
        signal.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await readiness
            .Migrated.WaitAsync(stoppingToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (!stoppingToken.IsCancellationRequested)
        {
            if (!await ExchangeOrStopAsync(stoppingToken))
            {
                await Task.Delay(Pause, time, stoppingToken)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            else if (asking.IsEmpty)
            {
                Task wait = signal.WaitAsync(active.IsEmpty ? Idle : Tick, stoppingToken);
                await wait.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        await GiveBackAsync();
    }

    private async Task<bool> ExchangeOrStopAsync(CancellationToken stoppingToken)
    {
        try
        {
            return await ExchangeAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            return true;
        }
    }

    private async Task<bool> SendAsync(CancellationToken cancellationToken)
    {
        var current = rules.Current;
        var asks = Collect(current);
        if (asks.Count == 0 && !failing)
        {
            return true;
        }
        try
        {
            Volatile.Write(ref sentAt, clock.Now);
            Statements++;
            var grants = await store.LeaseAsync(asks, current.Nodes, cancellationToken);
            var now = clock.Now;
            for (var i = 0; i < asks.Count; i++)
            {
                asks[i].Counter.Receive(asks[i], grants[i], current.Nodes, now);
                if (grants[i].Granted > 0)
                {
                    active.TryAdd(asks[i].Counter, true);
                }
            }
            failing = false;
            if (said)
            {
                said = false;
                log.BudgetBack();
            }
            return true;
        }
        catch (Exception e)
        {
            foreach (var ask in asks)
            {
                ask.Counter.Fail(ask);
                if (ask.Owed > 0)
                {
                    active.TryAdd(ask.Counter, true);
                }
            }
            if (cancellationToken.IsCancellationRequested)
            {
                throw;
            }
            failing = true;
            if (!said)
            {
                said = true;
                log.BudgetAway(e);
            }
            return false;
        }
        finally
        {
            Volatile.Write(ref sentAt, 0);
        }
    }

    private List<BudgetAsk> Collect(RuleSet current)
    {
        var now = clock.Now;
        var asks = new Dictionary<Counter, BudgetAsk>();
        while (asks.Count < MostAtOnce && asking.TryDequeue(out var counter))
        {
            if (asks.ContainsKey(counter))
            {
                // Asked again meanwhile: with the next statement.
                asking.Enqueue(counter);
                break;
            }
            if (counter.Collect(current, now, more: true) is { } ask)
            {
                asks[counter] = ask;
            }
        }
        foreach (var (counter, _) in active)
        {
            if (asks.Count >= MostAtOnce)
            {
                break;
            }
            if (asks.ContainsKey(counter))
            {
                continue;
            }
            if (counter.Collect(current, now, more: false) is { } ask)
            {
                asks[counter] = ask;
            }
            else if (!counter.IsActive)
            {
                active.TryRemove(counter, out _);
                // Something may have come in between.
                if (counter.IsActive)
                {
                    active.TryAdd(counter, true);
                }
            }
        }
        return [.. asks.Values];
    }

    // What this process holds is nobody's use when it ends.
    private async Task GiveBackAsync()
    {
        if (IsAway)
        {
            return;
        }
        foreach (var (counter, _) in active)
        {
            counter.Release();
        }
        using var limit = new CancellationTokenSource(LastCall, time);
        try
        {
            await ExchangeAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            // They come back with their time.
        }
    }
}
