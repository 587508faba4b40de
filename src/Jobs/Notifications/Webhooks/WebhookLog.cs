using Microsoft.Extensions.Logging;

namespace Jobs.Notifications.Webhooks;

/// <summary>What the sending of webhooks says.</summary>
internal static partial class WebhookLog
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "Webhook {WebhookId} delivered")]
    public static partial void Delivered(this ILogger log, string webhookId);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Webhook {WebhookId} not delivered ({Code}); it is sent again in {Pause}"
    )]
    public static partial void NotDelivered(
        this ILogger log,
        string webhookId,
        string code,
        TimeSpan pause
    );

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Webhook {WebhookId} waits: its receiver fails, the next try is in {Pause}"
    )]
    public static partial void Postponed(this ILogger log, string webhookId, TimeSpan pause);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Webhook {WebhookId} failed ({Code}); it is not sent again"
    )]
    public static partial void Failed(this ILogger log, string webhookId, string code);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Webhook {WebhookId} broke off; it is sent again when its lease is over"
    )]
    public static partial void BrokeOff(this ILogger log, string webhookId, Exception exception);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "What came of webhook {WebhookId} was not recorded; it is tried again"
    )]
    public static partial void NotRecorded(this ILogger log, string webhookId, Exception exception);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Deliveries of webhooks cannot be leased; it is tried again"
    )]
    public static partial void LeaseFailed(this ILogger log, Exception exception);
}
