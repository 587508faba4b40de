using Jobs.Caching.Shared;
using Jobs.Database;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Jobs.Caching;

/// <summary>
/// Keeps the memory of this process true to the database: follows the log of removals, woken by notices and by its own
/// clock; and while the database is away, is the one who tries it, writes what could not be removed, and lets the
/// others ask it again.
/// </summary>
internal sealed class RemovalFollower(
    DatabaseReadiness readiness,
    SharedDatabase database,
    SharedPersistence persistence,
    SharedHealth health,
    UnsentRemovals unsent,
    RemovalNotifier notifier,
    RemovalLog removals,
    CacheRemover remover,
    CacheSignal signal,
    IOptions<CacheOptions> options,
    TimeProvider time,
    ILogger<RemovalFollower> log
) : BackgroundService
{
    // How soon the database is tried again while it is away.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private Guid epoch;
    private long readAt;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.Shared)
        {
            return;
        }
        await readiness.Migrated.WaitAsync(stoppingToken);
        var isPrepared = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!isPrepared)
                {
                    await persistence.ApplyAsync(stoppingToken);
                    isPrepared = true;
                }
                await FollowAsync(stoppingToken);
                await signal.WaitAsync(options.Value.PollInterval, stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                if (!health.IsOpen)
                {
                    health.Open(e);
                }
                // Connections that broke with it would each cost a second.
                database.Pool.Clear();
                await Task.Delay(Pause, time, stoppingToken);
            }
        }
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        do
        {
            await SendAsync(cancellationToken);
            await ReadAsync(cancellationToken);
        } while (!unsent.WhenEmpty(health.Close));
    }

    private async Task SendAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(unsent.Wait, time, cancellationToken);
        var items = unsent.Take();
        if (items.Count == 0)
        {
            return;
        }
        try
        {
            await database.RemoveAsync(items, cancellationToken);
            notifier.Removed();
        }
        catch (Exception e)
        {
            // What the database does not take is not asked of it for ever.
            unsent.Add(e.IsPassing() ? items : [RemovalItem.Everything], isUncertain: false);
            throw;
        }
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        RemovalPage page;
        do
        {
            page = await removals.ReadAsync(cancellationToken);
            if (Unknown(page) is { } why)
            {
                if (epoch != default)
                {
                    log.Flushed(why);
                }
                removals.Begin(page.Last);
                // What this reads is forgotten with all the rest.
                await removals.ReadAsync(cancellationToken);
                remover.Flush();
                epoch = page.Epoch;
                break;
            }
            foreach (var removal in page.Removals)
            {
                foreach (var item in removal.Items)
                {
                    remover.Forget(item, removal.At);
                }
            }
        } while (page.Removals.Count >= RemovalLog.MostRows);
        readAt = time.GetTimestamp();
    }

    // Why what is in memory cannot be trusted; null where the page says all that was removed.
    private string? Unknown(RemovalPage page)
    {
        if (page.Epoch != epoch)
        {
            return "the tables are new";
        }
        if (time.GetElapsedTime(readAt) > RemovalLog.Retention / 2)
        {
            return "too long away";
        }
        return removals.IsLost ? "too much to read" : null;
    }
}
