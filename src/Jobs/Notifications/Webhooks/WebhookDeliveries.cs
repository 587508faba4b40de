using Jobs.Database;
using Jobs.Engine;
using Npgsql;

namespace Jobs.Notifications.Webhooks;

/// <summary>Deliveries as their owners see them. Thread-safe.</summary>
public sealed class WebhookDeliveries(JobsDataSource database, Notices notices)
{
    /// <summary>Those of a batch, the latest first.</summary>
    public async Task<IReadOnlyList<WebhookDelivery>> ListAsync(
        int tenantId,
        Guid batchId,
        CancellationToken cancellationToken
    )
    {
        await using var command = database.Requests.CreateCommand(WebhookStatements.List);
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = batchId });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var deliveries = new List<WebhookDelivery>();
        var attempts = new List<WebhookAttempt>();
        while (await row.ReadAsync(cancellationToken))
        {
            var id = WebhookDelivery.IdOf(batchId, row.GetInt64(0));
            if (deliveries.Count == 0 || deliveries[^1].WebhookId != id)
            {
                attempts = [];
                deliveries.Add(
                    new WebhookDelivery(
                        id,
                        row.GetString(1),
                        row.GetString(2),
                        row.GetFieldValue<DateTimeOffset>(3),
                        row.IsDBNull(4) ? null : row.GetFieldValue<DateTimeOffset>(4),
                        attempts
                    )
                );
            }
            if (!row.IsDBNull(5))
            {
                attempts.Add(Attempt(row));
            }
        }
        return deliveries;
    }

    /// <summary>Sends the latest delivery of a batch again, with the same id; false when there is none.</summary>
    public async Task<bool> ReplayAsync(
        int tenantId,
        Guid batchId,
        CancellationToken cancellationToken
    )
    {
        await using var command = database.Requests.CreateCommand(WebhookStatements.Replay);
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = batchId });
        var found = await command.ExecuteNonQueryAsync(cancellationToken) > 0;
        notices.SendChange(batchId);
        return found;
    }

    private static WebhookAttempt Attempt(NpgsqlDataReader row) =>
        new(
            row.GetInt32(5),
            row.GetFieldValue<DateTimeOffset>(6),
            row.GetInt32(7),
            row.IsDBNull(8) ? null : row.GetInt16(8),
            row.IsDBNull(9) ? null : row.GetString(9),
            row.IsDBNull(10) ? null : new WebhookError(row.GetString(10), row.GetString(11))
        );
}
