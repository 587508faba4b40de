using Jobs.Database;
using Npgsql;

namespace Jobs.Tenancy;

/// <summary>Puts the admin key's hash into the database.</summary>
public sealed class AdminKeyStore(
    JobsDataSource database,
    CallerDirectory callers,
    TimeProvider time
)
{
    private const string MadeName = "admin";

    // Tells configured keys from those that people make, so that the one before can be revoked by nodes whose data
    // directory does not outlive them.
    private const string ConfiguredName = "Jobs:AdminKey";

    private const string Upsert = """
        insert into jobs.api_keys (id, tenant_id, name, key_hash, prefix, scopes, created_at)
        select $1, tenant.id, $2, $3, $4, array['submit', 'read', 'admin'], $5
        from jobs.tenants tenant
        where tenant.name = 'default'
        on conflict (key_hash) do update set
            name = excluded.name,
            scopes = excluded.scopes,
            expires_at = null,
            revoked_at = case when $6 then null else api_keys.revoked_at end
        returning case when revoked_at is null then id end
        """;

    private const string RevokeOthers = """
        update jobs.api_keys key
        set revoked_at = $4
        from jobs.tenants tenant
        where tenant.id = key.tenant_id
          and tenant.name = 'default'
          and key.revoked_at is null
          and key.key_hash <> $1
          and (key.name = $2 or key.key_hash = $3)
        """;

    /// <summary>Makes sure that the key is known; null where it has been revoked, which stands.</summary>
    internal async Task<Guid?> EnsureAsync(string key, CancellationToken cancellationToken)
    {
        await using var connection = await database.Requests.OpenConnectionAsync(cancellationToken);
        return await UpsertAsync(connection, key, MadeName, revive: false, cancellationToken);
    }

    /// <summary>Makes sure that the key is good, and that the one before it, if any, is revoked.</summary>
    internal async Task<Guid?> EnsureConfiguredAsync(
        string key,
        string? former,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.Requests.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var id = await UpsertAsync(
            connection,
            key,
            ConfiguredName,
            revive: true,
            cancellationToken
        );
        await using var revoke = new NpgsqlCommand(RevokeOthers, connection)
        {
            Parameters =
            {
                new() { Value = SecretHash.Of(key).ToBytes() },
                new() { Value = ConfiguredName },
                new() { Value = SecretHash.Of(former ?? key).ToBytes() },
                new() { Value = time.GetUtcNow() },
            },
        };
        await revoke.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        callers.Forget();
        return id;
    }

    private async Task<Guid?> UpsertAsync(
        NpgsqlConnection connection,
        string key,
        string name,
        bool revive,
        CancellationToken ct
    )
    {
        var now = time.GetUtcNow();
        await using var upsert = new NpgsqlCommand(Upsert, connection)
        {
            Parameters =
            {
                new() { Value = Guid.CreateVersion7(now) },
                new() { Value = name },
                new() { Value = SecretHash.Of(key).ToBytes() },
                new() { Value = ApiKeys.PrefixOf(key) },
                new() { Value = now },
                new() { Value = revive },
            },
        };
        return await upsert.ExecuteScalarAsync(ct) as Guid?;
    }
}
