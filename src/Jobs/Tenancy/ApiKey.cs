namespace Jobs.Tenancy;

/// <summary>A key as it is stored: its hash, never itself.</summary>
internal sealed class ApiKey
{
    public required Guid Id { get; init; }

    public required int TenantId { get; init; }

    public Tenant? Tenant { get; private set; }

    public required string Name { get; set; }

    /// <summary>SHA-256 of the key in UTF-8.</summary>
    public required byte[] KeyHash { get; init; }

    /// <summary>The first characters of the key, by which its owner tells keys apart.</summary>
    public required string Prefix { get; init; }

    /// <summary>The names of its scopes.</summary>
    public required string[] Scopes { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; set; }

    public DateTimeOffset? RevokedAt { get; set; }
}
