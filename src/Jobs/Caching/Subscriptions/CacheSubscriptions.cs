using Jobs.Database;

namespace Jobs.Caching.Subscriptions;

/// <summary>
/// Webhooks about removed tags. The statement that removes them writes the messages, one a second for a subscription at
/// most; they are signed, sent and retried as those of batches are. Thread-safe.
/// </summary>
public sealed class CacheSubscriptions(JobsDataSource database, TimeProvider time)
{
    /// <summary>Of a tenant.</summary>
    public const int Most = 50;

    /// <summary>Null where the tenant has <see cref="Most"/> already.</summary>
    /// <param name="url">As <see cref="Notifications.Webhooks.CallbackUrls"/> lets it pass.</param>
    /// <param name="tags">1 to <see cref="CacheTag.Most"/>.</param>
    public async Task<CacheSubscription?> AddAsync(
        int tenantId,
        string url,
        string[] tags,
        CancellationToken cancellationToken
    )
    {
        var id = Guid.CreateVersion7(time.GetUtcNow());
        await using var command = database.Requests.CreateCommand(SubscriptionStatements.Add);
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = url });
        command.Parameters.Add(new() { Value = tags });
        command.Parameters.Add(new() { Value = Most });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? new CacheSubscription(id, url, tags, row.GetFieldValue<DateTimeOffset>(0))
            : null;
    }

    /// <summary>Those of a tenant, the oldest first.</summary>
    public async Task<IReadOnlyList<CacheSubscription>> ListAsync(
        int tenantId,
        CancellationToken cancellationToken
    )
    {
        var subscriptions = new List<CacheSubscription>();
        await using var command = database.Requests.CreateCommand(SubscriptionStatements.List);
        command.Parameters.Add(new() { Value = tenantId });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            subscriptions.Add(
                new CacheSubscription(
                    row.GetGuid(0),
                    row.GetString(1),
                    row.GetFieldValue<string[]>(2),
                    row.GetFieldValue<DateTimeOffset>(3)
                )
            );
        }
        return subscriptions;
    }

    public async Task<bool> ExistsAsync(
        int tenantId,
        Guid id,
        CancellationToken cancellationToken
    ) => await ScalarAsync(SubscriptionStatements.Exists, tenantId, id, cancellationToken) is true;

    /// <summary>Ends one and drops what was to be sent; false where there is none.</summary>
    public async Task<bool> DeleteAsync(
        int tenantId,
        Guid id,
        CancellationToken cancellationToken
    ) => await ScalarAsync(SubscriptionStatements.Delete, tenantId, id, cancellationToken) is > 0L;

    private async Task<object?> ScalarAsync(
        string sql,
        int tenantId,
        Guid id,
        CancellationToken cancellationToken
    )
    {
        await using var command = database.Requests.CreateCommand(sql);
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = id });
        return await command.ExecuteScalarAsync(cancellationToken);
    }
}
