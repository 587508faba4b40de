using System.Linq.Expressions;
using Jobs.Database;
using Microsoft.EntityFrameworkCore;

namespace Jobs.Tenancy;

/// <summary>
/// Finds who stands behind a key, from memory where the answer is at most a few seconds old, so that a revoked key is
/// refused within 5 s on every node. Keys that nobody has are remembered apart, so that they push no real one out.
/// </summary>
/// <remarks>Thread-safe. Fails with <see cref="Npgsql.NpgsqlException"/> where the database cannot be reached.</remarks>
public sealed class CallerDirectory(IDbContextFactory<JobsContext> contexts, TimeProvider time)
{
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
        var bytes = hash.ToBytes();
        var asOf = time.GetUtcNow();
        var found = await LoadAsync(row => row.KeyHash == bytes, asOf, cancellationToken);
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
        var found = await LoadAsync(row => row.Id == keyId, asOf, cancellationToken);
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

    private async Task<Found?> LoadAsync(
        Expression<Func<ApiKey, bool>> which,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        await using var context = await contexts.CreateDbContextAsync(ct);
        return await context
            .Set<ApiKey>()
            .Where(which)
            .Where(row => row.RevokedAt == null && (row.ExpiresAt == null || row.ExpiresAt > now))
            .Select(row => new Found(
                new Caller(
                    row.TenantId,
                    row.Tenant!.Name,
                    row.Id,
                    row.Name,
                    ScopeNames.Parse(row.Scopes)
                ),
                row.ExpiresAt
            ))
            .SingleOrDefaultAsync(ct);
    }

    private sealed record Found(Caller Caller, DateTimeOffset? ExpiresAt);
}
