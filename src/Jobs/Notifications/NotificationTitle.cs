using System.Globalization;
using System.Text.Json;

namespace Jobs.Notifications;

/// <summary>Notifications in one sentence.</summary>
internal static class NotificationTitle
{
    public static string Of(NotificationType type, string? schedule, JsonElement data) =>
        type switch
        {
            NotificationType.Finished => $"{Batch(data)} has finished: all succeeded",
            NotificationType.Partial =>
                $"{Batch(data)} has finished: {Number(data, "failed")} of {Number(data, "total")} failed",
            NotificationType.Failed => $"{Batch(data)} has failed: nothing succeeded",
            NotificationType.Cancelled => data.TryGetProperty("state", out var state)
            && state.ValueEquals("expired")
                ? $"{Batch(data)} has expired: {Number(data, "succeeded")} of {Number(data, "total")} succeeded"
                : $"{Batch(data)} was cancelled: {Number(data, "succeeded")} of {Number(data, "total")} succeeded",
            NotificationType.Schedule => $"The schedule {schedule} fails",
            _ =>
                $"The service is {Text(data, "status")}: its health score is {Number(data, "score")}",
        };

    private static string Batch(JsonElement data)
    {
        var total = Number(data, "total");
        return $"A batch of {total} {Text(data, "kind")} {(total == "1" ? "item" : "items")}";
    }

    private static string Number(JsonElement data, string name) =>
        data.TryGetProperty(name, out var value) && value.TryGetInt64(out var number)
            ? number.ToString("N0", CultureInfo.InvariantCulture)
            : "?";

    private static string Text(JsonElement data, string name) =>
        data.TryGetProperty(name, out var value) ? value.ToString() : "?";
}
