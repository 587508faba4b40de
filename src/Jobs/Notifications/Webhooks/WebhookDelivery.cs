using System.Globalization;

namespace Jobs.Notifications.Webhooks;

/// <summary>A message about the end of a batch, and how it was sent so far.</summary>
public sealed record WebhookDelivery(
    string WebhookId,
    string Url,
    string State,
    DateTimeOffset CreatedAt,
    DateTimeOffset? NextAttemptAt,
    IReadOnlyList<WebhookAttempt> Attempts
)
{
    /// <summary>The same for each attempt, and for no other end of a batch.</summary>
    internal static string IdOf(Guid batchId, long version) =>
        string.Create(CultureInfo.InvariantCulture, $"msg_{batchId:N}_{version}");
}

/// <summary>One attempt to send it.</summary>
/// <param name="Status">What the receiver answered; null where it did not.</param>
/// <param name="Response">The beginning of its answer.</param>
/// <param name="Error">Null when it was delivered.</param>
public sealed record WebhookAttempt(
    int Attempt,
    DateTimeOffset At,
    int DurationMs,
    int? Status,
    string? Response,
    WebhookError? Error
);

public sealed record WebhookError(string Code, string Message);
