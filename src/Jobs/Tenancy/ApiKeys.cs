using Jobs.Auditing;
using Jobs.Database;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Jobs.Tenancy;

/// <summary>Makes, lists and revokes keys.</summary>
/// <remarks>Thread-safe. Fails with <see cref="Npgsql.NpgsqlException"/> where the database cannot be reached.</remarks>
public sealed class ApiKeys(
    IDbContextFactory<JobsContext> contexts,
    CallerDirectory callers,
    TimeProvider time
)
{
    private const string KeyStart = "jobs_";
    private const int PrefixLength = 10;

    /// <summary>Makes a key, and its tenant where there is none of that name.</summary>
    /// <param name="tenant">1 to 63 of <c>a-z0-9_-</c>, the first a letter or digit.</param>
    /// <param name="name">What the key is for, in its owner's words.</param>
    /// <param name="scopes">At least one.</param>
    /// <param name="expiresAt">When it ends; null for never.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">An argument breaks its rule.</exception>
    public async Task<CreatedApiKey> CreateAsync(
        string tenant,
        string name,
        Scopes scopes,
        DateTimeOffset? expiresAt,
        CancellationToken cancellationToken
    )
    {
        if (!Tenant.IsName(tenant))
        {
            throw new ArgumentException($"'{tenant}' is not the name of a tenant.", nameof(tenant));
        }
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (scopes is Scopes.None)
        {
            throw new ArgumentException("A key needs a scope.", nameof(scopes));
        }
        var key = NewKey();
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await context.Database.BeginTransactionAsync(
            cancellationToken
        );
        await context.Database.ExecuteSqlAsync(
            $"insert into jobs.tenants (name) values ({tenant}) on conflict (name) do nothing",
            cancellationToken
        );
        var now = time.GetUtcNow();
        var row = new ApiKey
        {
            Id = Guid.CreateVersion7(now),
            TenantId = await context
                .Set<Tenant>()
                .Where(known => known.Name == tenant)
                .Select(known => known.Id)
                .SingleAsync(cancellationToken),
            Name = name,
            KeyHash = SecretHash.Of(key).ToBytes(),
            Prefix = PrefixOf(key),
            Scopes = ScopeNames.From(scopes),
            CreatedAt = now,
            ExpiresAt = expiresAt?.ToUniversalTime(),
        };
        context.Add(row);
        await context.SaveChangesAsync(cancellationToken);
        AuditAct.Current?.Target = row.Id.ToString();
        AuditAct.Current?.Note("tenant", tenant);
        AuditAct.Current?.Note("scopes", string.Join(' ', row.Scopes));
        await AuditAct.EnterAsync(Connection(context), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        callers.Forget();
        var info = new ApiKeyInfo(
            row.Id,
            tenant,
            name,
            row.Prefix,
            scopes,
            now,
            row.ExpiresAt,
            RevokedAt: null
        );
        return new CreatedApiKey(info, key);
    }

    /// <summary>Every key of every tenant, revoked ones included, newest first.</summary>
    public async Task<IReadOnlyList<ApiKeyInfo>> ListAsync(CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        return await context
            .Set<ApiKey>()
            .OrderByDescending(key => key.CreatedAt)
            .ThenByDescending(key => key.Id)
            .Select(key => new ApiKeyInfo(
                key.Id,
                key.Tenant!.Name,
                key.Name,
                key.Prefix,
                ScopeNames.Parse(key.Scopes),
                key.CreatedAt,
                key.ExpiresAt,
                key.RevokedAt
            ))
            .ToListAsync(cancellationToken);
    }

    /// <summary>Ends a key: here at once, on other nodes within 5 s. False where there is none of that id.</summary>
    public async Task<bool> RevokeAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await context.Database.BeginTransactionAsync(
            cancellationToken
        );
        var now = time.GetUtcNow();
        // A repeat keeps the time of the first.
        var found = await context
            .Set<ApiKey>()
            .Where(key => key.Id == id)
            .ExecuteUpdateAsync(
                set => set.SetProperty(key => key.RevokedAt, key => key.RevokedAt ?? now),
                cancellationToken
            );
        if (found > 0)
        {
            await AuditAct.EnterAsync(Connection(context), cancellationToken);
        }
        await transaction.CommitAsync(cancellationToken);
        callers.Forget();
        return found > 0;
    }

    /// <summary>Who calls with this key; null where it is unknown, revoked or expired.</summary>
    public ValueTask<Caller?> FindAsync(string key, CancellationToken cancellationToken) =>
        callers.FindAsync(key, cancellationToken);

    /// <summary>Who signed in with the key of this id; null where it is unknown, revoked or expired.</summary>
    public ValueTask<Caller?> FindByIdAsync(Guid keyId, CancellationToken cancellationToken) =>
        callers.FindByIdAsync(keyId, cancellationToken);

    /// <summary>1 to 63 of <c>a-z0-9_-</c>, the first a letter or digit.</summary>
    public static bool IsTenantName(string name) => Tenant.IsName(name);

    private static NpgsqlConnection Connection(JobsContext context) =>
        (NpgsqlConnection)context.Database.GetDbConnection();

    internal static string NewKey() => KeyStart + SecretHash.NewSecret();

    internal static string PrefixOf(string key) => key[..PrefixLength];
}
