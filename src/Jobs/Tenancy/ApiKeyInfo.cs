namespace Jobs.Tenancy;

/// <summary>A key without its secret, as its administrators see it.</summary>
public sealed record ApiKeyInfo(
    Guid Id,
    string Tenant,
    string Name,
    string Prefix,
    Scopes Scopes,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? RevokedAt
);

/// <summary>A key that was just made; <paramref name="Key"/> is shown now and never again.</summary>
public sealed record CreatedApiKey(ApiKeyInfo Info, string Key)
{
    public Guid Id => Info.Id;
}
