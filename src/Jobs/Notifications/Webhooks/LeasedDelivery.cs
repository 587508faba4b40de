using Jobs.Batches;

namespace Jobs.Notifications.Webhooks;

/// <summary>A delivery that this worker may send.</summary>
/// <param name="Status">Of the batch as it ended.</param>
/// <param name="Version">Of the batch as it ended.</param>
/// <param name="Token">Fences late writers off.</param>
/// <param name="Retry">Pauses that have been used.</param>
internal sealed record LeasedDelivery(
    BatchStatus Status,
    int TenantId,
    long Version,
    int Token,
    string Url,
    int Retry
)
{
    public string WebhookId => WebhookDelivery.IdOf(Status.Id, Version);
}
