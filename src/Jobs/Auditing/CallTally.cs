using Jobs.Engine;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Jobs.Auditing;

/// <summary>
/// Keeps the audit small where somebody calls a thousand times what is refused: of equal calls in a window the first is
/// entered, the others are counted and become one entry at its end. Of a bounded number of different calls, that is;
/// those beyond are counted together. So a process enters at most twice <see cref="MostCalls"/> and one in a window,
/// however it is called. Thread-safe.
/// </summary>
public sealed class CallTally(
    AuditTrail trail,
    IOptions<AuditOptions> options,
    TimeProvider time,
    ILogger<CallTally> log
) : BackgroundService
{
    /// <summary>Different calls of a window that are told apart.</summary>
    public const int MostCalls = 100;

    private static readonly TimeSpan LastCall = TimeSpan.FromSeconds(3);

    private readonly Lock gate = new();
    private readonly AsyncSignal signal = new();
    private Dictionary<Call, Tally> tallies = [];

    public override void Dispose()
    {
        signal.Dispose();
        base.Dispose();
    }

    /// <summary>Counts a call; the first of its like is entered.</summary>
    /// <param name="now">Whether the first is entered now, and not at the end of the window.</param>
    public async Task CountAsync(
        AuditAct act,
        AuditOutcome outcome,
        int? status,
        bool now,
        CancellationToken cancellationToken
    )
    {
        if (Count(act, outcome, status, now))
        {
            await TryWriteAsync(act, outcome, status, 1, cancellationToken);
        }
    }

    /// <summary>Enters what was counted so far, and begins a new window.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        Dictionary<Call, Tally> taken;
        lock (gate)
        {
            taken = tallies;
            tallies = [];
        }
        foreach (var (call, tally) in taken.Where(t => t.Value.Count > 0))
        {
            await TryWriteAsync(
                tally.Act,
                call.Outcome,
                call.Status,
                tally.Count,
                cancellationToken
            );
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await signal.WaitAsync(Timeout.InfiniteTimeSpan, stoppingToken);
                await Task.Delay(options.Value.Window, time, stoppingToken);
                await FlushAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            using var limit = new CancellationTokenSource(LastCall, time);
            await FlushAsync(limit.Token);
        }
    }

    private bool Count(AuditAct act, AuditOutcome outcome, int? status, bool now)
    {
        var caller = act.Caller;
        var call = new Call(
            caller?.KeyId.ToString() ?? act.Address?.ToString(),
            act.Action,
            outcome,
            status
        );
        lock (gate)
        {
            signal.Set();
            if (tallies.TryGetValue(call, out var tally))
            {
                // Counted, not listed: what each of them was done to is lost.
                tally.Act.Target = tally.Count > 0 ? null : act.Target;
                tally.Count++;
                return false;
            }
            if (tallies.Count > MostCalls)
            {
                tallies[Call.Others].Count++;
                return false;
            }
            if (tallies.Count == MostCalls)
            {
                var others = new AuditAct("*", null, null, act.RequestId, () => null);
                tallies[Call.Others] = new Tally(others) { Count = 1 };
                return false;
            }
            tallies[call] = new Tally(
                new AuditAct(act.Action, act.Target, act.Address, act.RequestId, () => caller)
            )
            {
                Count = now ? 0 : 1,
            };
            return now;
        }
    }

    private async Task TryWriteAsync(
        AuditAct act,
        AuditOutcome outcome,
        int? status,
        int count,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await trail.WriteAsync(act, outcome, status, count, cancellationToken);
        }
        catch (Exception e)
        {
            log.NotEntered(act.Action, act.Target, act.Caller?.KeyName, outcome, e);
        }
    }

    private sealed record Call(string? Who, string Action, AuditOutcome Outcome, int? Status)
    {
        public static readonly Call Others = new(null, "*", AuditOutcome.Refused, null);
    }

    private sealed class Tally(AuditAct act)
    {
        public AuditAct Act => act;

        /// <summary>Calls that are not entered yet.</summary>
        public int Count { get; set; }
    }
}
