namespace Jobs.Caching;

/// <summary>
/// What keeps values apart: the tenant, the namespace and, where asked, the user. Its prefix is <c>namespace:</c>, or
/// <c>namespace:~USER:</c> with a hash of the user. No name starts with the mark, so that two scopes cannot meet.
/// </summary>
internal sealed class ScopeId(int tenantId, string prefix) : IEquatable<ScopeId>
{
    public const char UserMark = '~';

    public int TenantId { get; } = tenantId;

    public string Prefix { get; } = prefix;

    public string Namespace => Prefix[..Prefix.IndexOf(':', StringComparison.Ordinal)];

    public int Hash { get; } = HashCode.Combine(tenantId, prefix);

    public static ScopeId Of(string name, int tenantId, string? user) =>
        new(tenantId, user is null ? $"{name}:" : $"{name}:{UserMark}{CacheName.Digest(user)}:");

    public bool Equals(ScopeId? other) =>
        ReferenceEquals(this, other)
        || (other is not null && TenantId == other.TenantId && Prefix == other.Prefix);

    public override bool Equals(object? obj) => Equals(obj as ScopeId);

    public override int GetHashCode() => Hash;
}
