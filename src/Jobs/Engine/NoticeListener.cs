using System.Globalization;
using Jobs.Batches;
using Jobs.Caching;
using Jobs.Database;
using Jobs.Monitoring;
using Jobs.Notifications;
using Jobs.RateLimiting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Jobs.Engine;

/// <summary>
/// Hears the notices of all processes on the one connection of this process that is never given back. When it breaks,
/// everything that a notice could have said is assumed.
/// </summary>
internal sealed class NoticeListener(
    JobsDataSource database,
    DatabaseReadiness readiness,
    WorkSignal signal,
    BatchChanges changes,
    Cancellations cancellations,
    LimitNotices limits,
    CacheSignal cache,
    MetricSignal metrics,
    NotificationChanges notifications,
    TimeProvider time,
    ILogger<NoticeListener> log
) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await readiness.Migrated.WaitAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                log.ListenerLost(e);
                await Task.Delay(Pause, time, stoppingToken);
            }
        }
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        await using var sessions = database.Sessions("jobs-listen");
        await using var connection = sessions.CreateConnection();
        connection.Notification += (_, e) => Hear(e.Channel, e.Payload);
        await connection.OpenAsync(cancellationToken);
        await using (
            var listen = new NpgsqlCommand(
                $"listen {Notices.WorkChannel}; listen {Notices.ChangesChannel}; listen {Notices.CancelChannel}; listen {Notices.LimitsChannel}; listen {Notices.CacheChannel}; listen {Notices.NotificationsChannel}; listen {Notices.FeaturesChannel}; listen {Notices.MetricsChannel}",
                connection
            )
        )
        {
            await listen.ExecuteNonQueryAsync(cancellationToken);
        }
        AssumeEverything();
        while (true)
        {
            await connection.WaitAsync(cancellationToken);
        }
    }

    private void Hear(string channel, string payload)
    {
        switch (channel)
        {
            case Notices.WorkChannel:
                signal.Wake(scheduled: payload.Length > 0);
                break;
            case Notices.ChangesChannel:
                foreach (var part in payload.Split(',', StringSplitOptions.RemoveEmptyEntries))
                {
                    if (Guid.TryParse(part, out var batchId))
                    {
                        changes.Publish(batchId);
                    }
                }
                // A batch that ended may have left one.
                notifications.PublishAll();
                break;
            case Notices.NotificationsChannel
                when int.TryParse(payload, CultureInfo.InvariantCulture, out var tenantId):
                notifications.Publish(tenantId);
                break;
            case Notices.FeaturesChannel:
                LookForFeatures();
                break;
            case Notices.CacheChannel:
                cache.Set();
                break;
            case Notices.MetricsChannel:
                metrics.Set();
                break;
            case Notices.CancelChannel when Guid.TryParse(payload, out var batchId):
                cancellations.Publish(batchId);
                break;
            case Notices.LimitsChannel:
                limits.Hear(payload);
                break;
        }
    }

    // Both loops that read the switches look at once, in hosts that have them.
    private void LookForFeatures()
    {
        limits.Hear("");
        signal.Wake(scheduled: true);
    }

    private void AssumeEverything()
    {
        signal.Wake(scheduled: false);
        signal.Wake(scheduled: true);
        changes.PublishAll();
        notifications.PublishAll();
        limits.Hear("");
        cache.Set();
    }
}
