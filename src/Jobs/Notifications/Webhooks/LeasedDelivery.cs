namespace Jobs.Notifications.Webhooks;

/// <summary>A delivery that this worker may send.</summary>
/// <param name="Id">Of the batch that ended, or of the subscription.</param>
/// <param name="Version">Of the batch as it ended; the second of what a subscription is told.</param>
/// <param name="Body">What is sent.</param>
/// <param name="Token">Fences late writers off.</param>
/// <param name="Retry">Pauses that have been used.</param>
internal sealed record LeasedDelivery(
    Guid Id,
    int TenantId,
    long Version,
    byte[] Body,
    int Token,
    string Url,
    int Retry
)
{
    public string WebhookId => WebhookDelivery.IdOf(Id, Version);
}
