using Jobs.Database;

namespace Jobs.Tenancy;

/// <summary>
/// Finds who stands behind a key, from memory where the answer is at most a few seconds old, so that a revoked key is
/// refused within 5 s on every node. Keys that nobody has are remembered apart, so that they push no real one out.
/// </summary>
/// <remarks>Thread-safe. Fails with <see cref="Npgsql.NpgsqlException"/> where the database cannot be reached.</remarks>
public sealed class CallerDirectory(JobsDataSource database, TimeProvider time)
{
    /// <summary>Who has the key with a hash ($1), if it is good now ($2).</summary>
    public const string FindByHash = """
        select k.tenant_id, t.name, k.id, k.name, k.scopes, k.expires_at
        from jobs.api_keys k
        join jobs.tenants t on t.id = k.tenant_id
        where k.key_hash = $1 and k.revoked_at is null and (k.expires_at is null or k.expires_at > $2)
        """;

    /// <summary>The same by the id of the key.</summary>
    public const string FindById = """
        select k.tenant_id, t.name, k.id, k.name, k.scopes, k.expires_at
        from jobs.api_keys k
        join jobs.tenants t on t.id = k.tenant_id
        where k.id = $1 and k.revoked_at is null and (k.expires_at is null or k.expires_at > $2)
        """;

    // A second less than what is promised, for the clocks and the round trip.
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(4);
    private const int Capacity = 10_000;

    // No key is longer, so that nobody makes us hash megabytes.
    private const int LongestKey = 512;

    private readonly CallerCache<SecretHash> _byHash = new(time, Lifetime, Capacity);
    private readonly CallerCache<SecretHash> _unknown = new(time, Lifetime, Capacity);
    private readonly CallerCache<Guid> _byId = new(time, Lifetime, Capacity);

    internal async ValueTask<Caller?> FindAsync(string key, CancellationToken cancellationToken)
    {
        if (key.Length is 0 or > LongestKey)
        {
            return null;
        }
        var hash = SecretHash.Of(key);
        if (_byHash.TryGet(hash, out var caller) || _unknown.TryGet(hash, out caller))
        {
            return caller;
        }
        var asOf = time.GetUtcNow();
        var found = await LoadAsync(FindByHash, hash.ToBytes(), asOf, cancellationToken);
        (found is null ? _unknown : _byHash).Set(hash, found?.Caller, asOf, found?.ExpiresAt);
        return found?.Caller;
    }

    internal async ValueTask<Caller?> FindByIdAsync(Guid keyId, CancellationToken cancellationToken)
    {
        if (_byId.TryGet(keyId, out var caller))
        {
            return caller;
        }
        var asOf = time.GetUtcNow();
        var found = await LoadAsync(FindById, keyId, asOf, cancellationToken);
        _byId.Set(keyId, found?.Caller, asOf, found?.ExpiresAt);
        return found?.Caller;
    }

    /// <summary>Asks the database next time; after keys were made or revoked here.</summary>
    internal void Forget()
    {
        _byHash.Clear();
        _unknown.Clear();
        _byId.Clear();
    }

    // The first that a request does: by hand, so that no caller waits for a model of all tables to be made.
    private async Task<Found?> LoadAsync(
        string statement,
        object key,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        await using var find = database.Requests.CreateCommand(statement);
        find.Parameters.Add(new() { Value = key });
        find.Parameters.Add(new() { Value = now.ToUniversalTime() });
        await using var row = await find.ExecuteReaderAsync(ct);
        if (!await row.ReadAsync(ct))
        {
            return null;
        }
        var caller = new Caller(
            row.GetInt32(0),
            row.GetString(1),
            row.GetGuid(2),
            row.GetString(3),
            ScopeNames.Parse(row.GetFieldValue<string[]>(4))
        );
        return new Found(caller, row.IsDBNull(5) ? null : row.GetFieldValue<DateTimeOffset>(5));
    }

    private sealed record Found(Caller Caller, DateTimeOffset? ExpiresAt);
}
