using System.Collections.Concurrent;
using System.Globalization;
using Jobs.Batches;
using Jobs.Database;
using Jobs.Engine;
using Jobs.Resilience;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Jobs.Notifications.Webhooks;

/// <summary>
/// Sends what is due: leases a delivery, sends it, records the attempt. A worker that dies in between leaves a lease
/// that runs out, and the message is sent again under the same id: at least once.
/// </summary>
internal sealed class WebhookService(
    DatabaseReadiness readiness,
    WebhookQueue queue,
    WebhookSender sender,
    WebhookMeter meter,
    WebhookSecrets secrets,
    BatchChanges changes,
    Breakers breakers,
    IOptions<WebhookOptions> options,
    IOptions<EngineOptions> engine,
    TimeProvider time,
    ILogger<WebhookService> log
) : BackgroundService
{
    private static readonly TimeSpan LastCall = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    // However many batches change, the queue is looked at four times a second at most.
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(250);

    private readonly ConcurrentDictionary<LeasedDelivery, Task> running = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!engine.Value.Enabled)
        {
            return;
        }
        await readiness.Migrated.WaitAsync(stoppingToken);
        using var watch = changes.BeginAll();
        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = engine.Value.PollInterval;
            try
            {
                var next = await LeaseAllAsync(watch, stoppingToken);
                pause = next < pause ? next : pause;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                log.LeaseFailed(e);
            }
            await Task.Delay(Shortest, time, stoppingToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Task wait = watch.WaitAsync(pause, stoppingToken);
            await wait.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        await Task.WhenAll(running.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private bool IsFull() => running.Count >= options.Value.Concurrency;

    // Says how long until there may be more: the end of one that is sent wakes the loop.
    private async Task<TimeSpan> LeaseAllAsync(
        BatchChanges.Watch watch,
        CancellationToken stoppingToken
    )
    {
        while (!IsFull())
        {
            var busy = running
                .Keys.GroupBy(d => d.TenantId)
                .Where(g => g.Count() >= options.Value.ConcurrencyOfTenant)
                .Select(g => g.Key)
                .ToArray();
            var (delivery, untilNext) = await queue.LeaseAsync(
                busy,
                options.Value.LeaseTime,
                stoppingToken
            );
            if (delivery is null)
            {
                return untilNext;
            }
            var done = new TaskCompletionSource();
            running[delivery] = done.Task;
            _ = Task.Run(
                async () =>
                {
                    try
                    {
                        await DeliverAsync(delivery, stoppingToken);
                    }
                    finally
                    {
                        running.TryRemove(delivery, out _);
                        done.SetResult();
                        watch.Set();
                    }
                },
                CancellationToken.None
            );
        }
        return TimeSpan.MaxValue;
    }

    private async Task DeliverAsync(LeasedDelivery delivery, CancellationToken stoppingToken)
    {
        try
        {
            var started = time.GetTimestamp();
            var at = time.GetUtcNow();
            var message = await MessageAsync(delivery, stoppingToken);
            var result = await BreakerOf(delivery, message)
                .RunAsync(
                    async ct => await sender.SendAsync(message, ct),
                    static r => r.Ill,
                    stoppingToken
                );
            var duration = time.GetElapsedTime(started);
            while (!await TryRecordAsync(delivery, result, at, duration, started, stoppingToken))
            {
                await Task.Delay(Pause, time, CancellationToken.None);
            }
        }
        catch (BreakerOpenException e)
        {
            await PostponeAsync(delivery, e.RetryAfter, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await HandBackAsync(delivery);
        }
        catch (Exception e)
        {
            log.BrokeOff(delivery.WebhookId, e);
        }
    }

    private async Task<WebhookMessage> MessageAsync(
        LeasedDelivery delivery,
        CancellationToken cancellationToken
    )
    {
        var secret = await secrets.GetAsync(delivery.TenantId, cancellationToken);
        WebhookSecret[] signing = secret.Former is { } former
            ? [new(secret.Secret), new(former)]
            : [new(secret.Secret)];
        return new WebhookMessage(
            delivery.WebhookId,
            new Uri(delivery.Url),
            delivery.Body,
            signing
        );
    }

    // What was sent and is not recorded is sent again by who leases it next: while the lease lasts it is tried.
    private async Task<bool> TryRecordAsync(
        LeasedDelivery delivery,
        WebhookResult result,
        DateTimeOffset at,
        TimeSpan duration,
        long started,
        CancellationToken stoppingToken
    )
    {
        try
        {
            await RecordAsync(delivery, result, at, duration);
            return true;
        }
        catch (Exception e)
            when (!stoppingToken.IsCancellationRequested
                && time.GetElapsedTime(started) < options.Value.LeaseTime
            )
        {
            log.NotRecorded(delivery.WebhookId, e);
            return false;
        }
    }

    private async Task RecordAsync(
        LeasedDelivery delivery,
        WebhookResult result,
        DateTimeOffset at,
        TimeSpan duration
    )
    {
        var pause =
            result.Delivered || result.Final
                ? null
                : WebhookRetries.After(
                    delivery.Retry,
                    options.Value.RetryDelays,
                    Random.Shared.NextDouble()
                );
        // What was sent is recorded even while the worker stops.
        using var limit = new CancellationTokenSource(LastCall, time);
        await queue.RecordAsync(delivery, result, at, duration, pause, limit.Token);
        meter.Attempted(
            result.Delivered ? "delivered"
                : pause is null ? "failed"
                : "retried",
            duration
        );
        if (result.Delivered)
        {
            log.Delivered(delivery.WebhookId);
        }
        else if (pause is { } wait)
        {
            log.NotDelivered(delivery.WebhookId, result.ErrorCode!, wait);
        }
        else
        {
            log.Failed(delivery.WebhookId, result.ErrorCode!);
        }
    }

    // A host as one tenant names it: what another tenant's address there answers says nothing of this one's.
    private Breaker BreakerOf(LeasedDelivery delivery, WebhookMessage message) =>
        breakers.Get(
            "webhooks",
            $"{delivery.TenantId.ToString(CultureInfo.InvariantCulture)} {message.Url.Authority}"
        );

    // No attempt is used up. One that finds the database away is taken up again when its lease is over.
    private async Task PostponeAsync(
        LeasedDelivery delivery,
        TimeSpan pause,
        CancellationToken stoppingToken
    )
    {
        // Those that wait together do not come back together.
        var wait = pause * (1 + (Random.Shared.NextDouble() / 10));
        try
        {
            await queue.PostponeAsync(delivery, wait, stoppingToken);
            log.Postponed(delivery.WebhookId, wait);
        }
        catch (Exception e)
        {
            log.BrokeOff(delivery.WebhookId, e);
        }
    }

    private async Task HandBackAsync(LeasedDelivery delivery)
    {
        try
        {
            using var limit = new CancellationTokenSource(LastCall, time);
            await queue.HandBackAsync(delivery, limit.Token);
        }
        catch (Exception e)
        {
            log.BrokeOff(delivery.WebhookId, e);
        }
    }
}
