using System.Text.Json;

namespace Jobs.Notifications;

/// <summary>Something that a tenant should know.</summary>
/// <param name="Title">It in one sentence.</param>
/// <param name="BatchId">The batch that it is about.</param>
/// <param name="Schedule">The schedule that it is about.</param>
/// <param name="Data">Its numbers: of a batch the counts, of a schedule the code and the reason, of health the score.</param>
public sealed record Notification(
    long Id,
    NotificationType Type,
    string Title,
    Guid? BatchId,
    string? Schedule,
    JsonElement Data,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ReadAt
);
