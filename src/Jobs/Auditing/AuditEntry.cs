using System.Text.Json;

namespace Jobs.Auditing;

/// <summary>Who did what to what, from where.</summary>
/// <param name="Tenant">Of the key; null where nobody was recognised.</param>
/// <param name="Actor">The name of the key.</param>
/// <param name="Action">Such as <c>batch.cancel</c>.</param>
/// <param name="Target">What it was done to, such as the id of the batch.</param>
/// <param name="Status">What a refused or failed call was answered.</param>
/// <param name="Count">How many equal calls it stands for.</param>
/// <param name="Detail">What else there is to know of the act; never a secret.</param>
public sealed record AuditEntry(
    long Id,
    DateTimeOffset At,
    string? Tenant,
    string? Actor,
    Guid? KeyId,
    string Action,
    string? Target,
    AuditOutcome Outcome,
    int? Status,
    int Count,
    string? Address,
    string? RequestId,
    JsonElement? Detail
);
