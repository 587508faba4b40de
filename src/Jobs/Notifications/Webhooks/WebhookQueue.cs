using System.Text;
using System.Text.Json;
using Jobs.Batches;
using Jobs.Database;
using Npgsql;
using NpgsqlTypes;

namespace Jobs.Notifications.Webhooks;

/// <summary>Deliveries that are to be sent, shared by all workers. Thread-safe.</summary>
internal sealed class WebhookQueue(JobsDataSource database)
{
    /// <summary>The next delivery that is due, or none and how long until one is.</summary>
    /// <param name="except">Tenants whose deliveries wait.</param>
    /// <param name="leaseTime">After that another worker may send it.</param>
    public async Task<(LeasedDelivery? Delivery, TimeSpan UntilNext)> LeaseAsync(
        int[] except,
        TimeSpan leaseTime,
        CancellationToken cancellationToken
    )
    {
        await using var command = database.Engine.CreateCommand(WebhookStatements.Lease);
        command.Parameters.Add(new() { Value = except });
        command.Parameters.Add(new() { Value = leaseTime });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        if (row.IsDBNull(row.GetOrdinal("delivery_id")))
        {
            var next = row.GetOrdinal("next_seconds");
            return (
                null,
                row.IsDBNull(next)
                    ? TimeSpan.MaxValue
                    : TimeSpan.FromSeconds(Math.Max(0, row.GetDouble(next)))
            );
        }
        var delivery = new LeasedDelivery(
            row.GetGuid(row.GetOrdinal("delivery_id")),
            row.GetInt32(row.GetOrdinal("delivery_tenant")),
            row.GetInt64(row.GetOrdinal("delivery_version")),
            Body(row),
            row.GetInt32(row.GetOrdinal("delivery_token")),
            row.GetString(row.GetOrdinal("delivery_url")),
            row.GetInt16(row.GetOrdinal("delivery_retry"))
        );
        return (delivery, TimeSpan.Zero);
    }

    /// <summary>Writes what came of an attempt; says whether the delivery was still this worker's.</summary>
    /// <param name="pause">Until the next attempt; null when there is to be none.</param>
    public async Task<bool> RecordAsync(
        LeasedDelivery delivery,
        WebhookResult result,
        DateTimeOffset at,
        TimeSpan duration,
        TimeSpan? pause,
        CancellationToken cancellationToken
    )
    {
        var state =
            result.Delivered ? "delivered"
            : pause is null ? "failed"
            : "pending";
        await using var command = Command(WebhookStatements.Record, delivery);
        command.Parameters.Add(new() { Value = state });
        command.Parameters.Add(new() { Value = pause ?? TimeSpan.Zero });
        command.Parameters.Add(new() { Value = at.ToUniversalTime() });
        command.Parameters.Add(new() { Value = (int)duration.TotalMilliseconds });
        command.Parameters.Add(Nullable((short?)result.Status, NpgsqlDbType.Smallint));
        command.Parameters.Add(Nullable(result.Response, NpgsqlDbType.Text));
        command.Parameters.Add(Nullable(result.ErrorCode, NpgsqlDbType.Text));
        command.Parameters.Add(Nullable(result.Error, NpgsqlDbType.Text));
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
    }

    public async Task HandBackAsync(LeasedDelivery delivery, CancellationToken cancellationToken)
    {
        await using var command = Command(WebhookStatements.HandBack, delivery);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Gives it back to be sent later, without an attempt.</summary>
    public async Task PostponeAsync(
        LeasedDelivery delivery,
        TimeSpan pause,
        CancellationToken cancellationToken
    )
    {
        await using var command = Command(WebhookStatements.Postpone, delivery);
        command.Parameters.Add(new() { Value = pause });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static byte[] Body(NpgsqlDataReader row)
    {
        var own = row.GetOrdinal("delivery_body");
        if (!row.IsDBNull(own))
        {
            return Encoding.UTF8.GetBytes(row.GetString(own));
        }
        var status = BatchReader.Read(row);
        return JsonSerializer.SerializeToUtf8Bytes(
            // A batch that is retried meanwhile has chunks again; when it ended it had none.
            status with
            {
                Counts = status.Counts with { Pending = 0, Running = 0 },
            },
            WebhookJson.Default.BatchStatus
        );
    }

    private NpgsqlCommand Command(string sql, LeasedDelivery delivery)
    {
        var command = database.Engine.CreateCommand(sql);
        command.Parameters.Add(new() { Value = delivery.Id });
        command.Parameters.Add(new() { Value = delivery.Version });
        command.Parameters.Add(new() { Value = delivery.Token });
        return command;
    }

    private static NpgsqlParameter Nullable(object? value, NpgsqlDbType type) =>
        new() { Value = value ?? DBNull.Value, NpgsqlDbType = type };
}
