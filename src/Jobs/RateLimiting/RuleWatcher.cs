using Jobs.Database;
using Jobs.Features;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Jobs.RateLimiting;

/// <summary>
/// Keeps the rules of this process up to date, and the number of processes that share the limits: at once when a notice
/// comes, and every few seconds in case that one was lost.
/// </summary>
internal sealed class RuleWatcher(
    JobsDataSource database,
    DatabaseReadiness readiness,
    RateLimitStore store,
    RateLimitRules rules,
    RateLimiter limiter,
    LimitNotices notices,
    FeatureSwitches features,
    TimeProvider time,
    ILogger<RuleWatcher> log
) : BackgroundService
{
    // What a notice that was lost would have told is known within five seconds all the same, the look itself included.
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan NodeLifetime = Interval * 4;
    private static readonly TimeSpan LastCall = TimeSpan.FromSeconds(1);

    private readonly Guid node = Guid.CreateVersion7(time.GetUtcNow());
    private bool failed;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        notices.Reset += Forget;
        try
        {
            await readiness.Migrated.WaitAsync(stoppingToken);
            while (true)
            {
                await LookOrSayAsync(stoppingToken);
                await notices.WaitAsync(Interval, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await LeaveAsync();
        }
        finally
        {
            notices.Reset -= Forget;
        }
    }

    private void Forget(string policy, RateLimitSubject subject) => limiter.Forget(policy, subject);

    private async Task LookOrSayAsync(CancellationToken cancellationToken)
    {
        try
        {
            await LookAsync(cancellationToken);
            failed = false;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            if (!failed)
            {
                log.RulesNotRead(e);
            }
            failed = true;
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var (revision, nodes) = await AskAsync(cancellationToken);
        var known = rules.Current;
        rules.SetNodes(nodes);
        if (revision != known.Revision)
        {
            // Read after the revision: they may be newer, and are then read once more.
            var stored = await store.ListAsync(cancellationToken);
            rules.Set([.. stored.Where(IsSound)], revision);
        }
        if (revision != known.Revision || nodes != known.Nodes)
        {
            log.RulesRead(revision, nodes);
        }
    }

    private async Task<(long Revision, int Nodes)> AskAsync(CancellationToken cancellationToken)
    {
        await using var command = database.Requests.CreateCommand(RuleStatements.Look);
        command.Parameters.Add(new() { Value = node });
        command.Parameters.Add(new() { Value = NodeLifetime });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        features.Apply(row.GetString(2));
        return (row.GetInt64(0), row.GetInt32(1));
    }

    private bool IsSound(RateLimitRule rule)
    {
        foreach (var (field, fault) in rule.Settings.Faults())
        {
            log.RuleLeftOut(rule.Policy, field, fault);
            return false;
        }
        return true;
    }

    // The others need not wait until they know.
    private async Task LeaveAsync()
    {
        using var limit = new CancellationTokenSource(LastCall, time);
        try
        {
            await using var command = database.Requests.CreateCommand(RuleStatements.Leave);
            command.Parameters.Add(new() { Value = node });
            await command.ExecuteNonQueryAsync(limit.Token);
        }
        catch (Exception e)
        {
            log.RulesNotRead(e);
        }
    }
}
