using Hangfire;
using Jobs.Database;
using Jobs.Engine;
using Jobs.Recurring;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Jobs.HangfireEngine;

/// <summary>
/// Keeps a recurring job of Hangfire for each schedule that is enabled. A job that ticks fires what is due; what a tick
/// is and that it is fired once is the schedule's row to say, so that a tick that Hangfire knows otherwise, twice or not
/// at all makes no difference. Thread-safe but for <see cref="FollowAsync"/>.
/// </summary>
internal sealed class RecurringSchedules(
    HangfireStorage storage,
    JobsDataSource database,
    DueSchedules due,
    IOptions<EngineOptions> engine,
    IOptions<HangfireOptions> options,
    ILogger<RecurringSchedules> log
) : IDisposable
{
    private const string Prefix = "jobs:";

    /// <summary>Those that are enabled, and for how many seconds the longest has been due.</summary>
    private const string List = """
        select t.name || '/' || s.name, s.cron, s.time_zone,
            extract(epoch from clock_timestamp() - s.next_at)::float8
        from jobs.schedules s
        join jobs.tenants t on t.id = s.tenant_id
        where s.enabled
        """;

    private readonly RecurringJobManager jobs = new(storage.Storage, HangfireClient.Filters);
    private readonly SemaphoreSlim firing = new(1, 1);

    // What this process has put.
    private readonly Dictionary<string, (string Cron, string Zone)> put = new(
        StringComparer.Ordinal
    );
    private bool begun;

    /// <summary>Fires what is due.</summary>
    public async Task FireAsync(CancellationToken cancellationToken)
    {
        await firing.WaitAsync(cancellationToken);
        try
        {
            await due.FireDueAsync(cancellationToken);
        }
        finally
        {
            firing.Release();
        }
    }

    /// <summary>
    /// Makes Hangfire's recurring jobs those of the schedules, and fires what Hangfire has left lying: while all its
    /// workers are busy, for example. Says in how long it is to be done again.
    /// </summary>
    public async Task<TimeSpan> FollowAsync(CancellationToken cancellationToken)
    {
        if (!begun)
        {
            // Also brings the schedules of the product.
            await FireAsync(cancellationToken);
            begun = true;
        }
        var (wanted, overdue) = await ReadAsync(cancellationToken);
        await Task.Run(() => Put(wanted), cancellationToken);
        if (overdue > Patience)
        {
            await FireAsync(cancellationToken);
        }
        return engine.Value.PollInterval;
    }

    public void Dispose() => firing.Dispose();

    // Two looks of Hangfire, and a moment for its worker.
    private TimeSpan Patience => (2 * options.Value.DueInterval) + TimeSpan.FromSeconds(1);

    private async Task<(
        Dictionary<string, (string Cron, string Zone)> Wanted,
        TimeSpan Overdue
    )> ReadAsync(CancellationToken cancellationToken)
    {
        var wanted = new Dictionary<string, (string, string)>(StringComparer.Ordinal);
        var overdue = TimeSpan.Zero;
        await using var command = database.Engine.CreateCommand(List);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            var id = Prefix + row.GetString(0);
            var number = 0;
            foreach (var line in Lines(row.GetString(1)))
            {
                wanted[number++ == 0 ? id : $"{id}:weekdays"] = (line, row.GetString(2));
            }
            var late = TimeSpan.FromSeconds(row.GetDouble(3));
            overdue = late > overdue ? late : overdue;
        }
        return (wanted, overdue);
    }

    private void Put(Dictionary<string, (string Cron, string Zone)> wanted)
    {
        HashSet<string> there;
        using (var connection = storage.Storage.GetConnection())
        {
            there =
            [
                .. connection
                    .GetAllItemsFromSet("recurring-jobs")
                    .Where(id => id.StartsWith(Prefix, StringComparison.Ordinal)),
            ];
        }
        foreach (var id in there.Where(id => !wanted.ContainsKey(id)))
        {
            jobs.RemoveIfExists(id);
        }
        foreach (var (id, (cron, zone)) in wanted)
        {
            if (there.Contains(id) && put.TryGetValue(id, out var former) && former == (cron, zone))
            {
                continue;
            }
            put[id] = (cron, zone);
            Put(id, cron, zone);
        }
    }

    private void Put(string id, string cron, string zone)
    {
        try
        {
            jobs.AddOrUpdate(
                id,
                HangfireClient.Tick(id[Prefix.Length..]),
                cron,
                new RecurringJobOptions
                {
                    TimeZone = TimeZones.TryFind(zone, out var found) ? found : TimeZoneInfo.Utc,
                }
            );
        }
        catch (Exception e)
            when (e is ArgumentException or FormatException or TimeZoneNotFoundException)
        {
            log.ScheduleRefused(id, e);
        }
    }

    /// <summary>
    /// The same line as Hangfire reads it: where day of the month and day of the week both say something, Hangfire waits
    /// for a day that is both, crontab(5) takes a day that is either. Then it needs two.
    /// </summary>
    internal static IReadOnlyList<string> Lines(string cron)
    {
        var fields = cron.Split(' ');
        return fields[2][0] == '*' || fields[4][0] == '*'
            ? [cron]
            :
            [
                string.Join(' ', [.. fields[..4], "*"]),
                string.Join(' ', [.. fields[..2], "*", .. fields[3..]]),
            ];
    }
}
