using Jobs.Database;
using Npgsql;

namespace Jobs.Caching.Shared;

/// <summary>How many values the database has, for who wants to know what a removal removes. Thread-safe.</summary>
/// <remarks>Fails where the database is away, unlike the cache itself.</remarks>
public sealed class CacheCounts(JobsDataSource database)
{
    /// <summary>Of keys of a tenant (<c>namespace:name</c>).</summary>
    public Task<long> OfKeysAsync(
        int tenantId,
        IEnumerable<string> keys,
        CancellationToken cancellationToken
    ) =>
        CountAsync(
            SharedStatements.CountKeys,
            cancellationToken,
            tenantId,
            keys.Select(k => CacheStore.KeyOf(tenantId, k)?.Stored)
                .OfType<string>()
                .Distinct(StringComparer.Ordinal)
                .ToArray()
        );

    /// <summary>That carry one of the tags; of all tenants where none is named.</summary>
    public async Task<long> OfTagsAsync(
        int? tenantId,
        IReadOnlyCollection<string> tags,
        CancellationToken cancellationToken
    )
    {
        int[] tenants = tenantId is { } one ? [one] : await TenantsAsync(cancellationToken);
        return await CountAsync(
            SharedStatements.CountTags,
            cancellationToken,
            (object)
                tenants.SelectMany(t => tags.Select(tag => CacheTag.Qualified(t, tag))).ToArray()
        );
    }

    /// <summary>Whose keys of a tenant begin like this.</summary>
    public Task<long> OfPrefixAsync(
        int tenantId,
        string prefix,
        CancellationToken cancellationToken
    ) => CountAsync(SharedStatements.CountPrefix, cancellationToken, tenantId, prefix);

    /// <summary>All values of all tenants.</summary>
    public Task<long> OfAllAsync(CancellationToken cancellationToken) =>
        CountAsync(SharedStatements.CountAll, cancellationToken);

    private async Task<int[]> TenantsAsync(CancellationToken cancellationToken)
    {
        await using var command = database.Requests.CreateCommand(SharedStatements.Tenants);
        return (int[])(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private async Task<long> CountAsync(
        string sql,
        CancellationToken cancellationToken,
        params object[] values
    )
    {
        await using var command = database.Requests.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
