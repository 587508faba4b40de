using System.Globalization;
using System.Text;
using Jobs.Batches;
using Jobs.Notifications.Webhooks;
using Jobs.Resilience;
using Jobs.Testing;
using Jobs.Tests.Engine;
using Microsoft.Extensions.DependencyInjection;

namespace Jobs.Tests.Notifications.Webhooks;

/// <summary>Hosts that send webhooks with short pauses, and batches that have one.</summary>
public abstract class WebhookTest : EngineTest
{
    private protected static string Signature(string secret, ReceivedWebhook message) =>
        new WebhookSecret(secret).Sign(
            message.Id,
            DateTimeOffset.FromUnixTimeSeconds(
                long.Parse(message.Headers["webhook-timestamp"], CultureInfo.InvariantCulture)
            ),
            Encoding.UTF8.GetBytes(message.Body)
        );

    private protected static EngineHostOptions Sending(
        int retries = 5,
        string allowed = "127.0.0.1",
        TimeSpan? timeout = null,
        int failuresToOpen = 1_000
    ) =>
        new()
        {
            Services = services =>
                services
                    .Configure<WebhookOptions>(o =>
                    {
                        o.AllowedHosts = allowed;
                        o.Timeout = timeout ?? EngineHost.Patience;
                        o.RetryDelays =
                        [
                            .. Enumerable.Repeat(TimeSpan.FromMilliseconds(20), retries),
                        ];
                    })
                    .Configure<BreakerOptions>(o =>
                    {
                        o.MinimumThroughput = failuresToOpen;
                        o.BreakDuration = TimeSpan.FromMilliseconds(500);
                    }),
        };

    private protected static Task<BatchStatus> SubmitAsync(EngineHost host, string url) =>
        host.SubmitAsync(
            3,
            Stop,
            host.Draft() with
            {
                CallbackUrl = url,
                Metadata = new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["mine"] = "yes",
                },
            }
        );

    /// <summary>A batch whose items have their outcomes from the start.</summary>
    private protected static async Task<BatchStatus> SubmitEndedAsync(EngineHost host, string url)
    {
        await using var batch = host.Get<BatchSubmitter>()
            .Begin(host.Draft() with { CallbackUrl = url });
        await batch.AddSettledAsync("{}"u8.ToArray(), Jobs.Kinds.ItemOutcome.Success(), Stop);
        return await batch.CommitAsync(null, Stop);
    }

    private protected async Task<long> CountAsync() =>
        await Database.ScalarAsync<long>("select count(*) from jobs.webhook_deliveries", Stop);

    private protected static async Task<WebhookDelivery> WaitAsync(
        EngineHost host,
        Guid batchId,
        Func<WebhookDelivery, bool> condition
    )
    {
        var started = TimeProvider.System.GetTimestamp();
        using var watch = host.Get<BatchChanges>().Begin(batchId);
        while (true)
        {
            var found = await host.Get<WebhookDeliveries>()
                .ListAsync(EngineHost.Tenant, batchId, Stop);
            if (found is [var delivery] && condition(delivery))
            {
                return delivery;
            }
            if (TimeProvider.System.GetElapsedTime(started) > EngineHost.Patience)
            {
                throw new TimeoutException(
                    $"{string.Join('\n', found)}\n{string.Join('\n', host.Log.Entries)}"
                );
            }
            await watch.WaitAsync(TimeSpan.FromMilliseconds(20), Stop);
        }
    }
}
