using System.Globalization;
using System.Runtime.InteropServices;

namespace Jobs.Caching;

/// <summary>Names a value: the scope that it belongs to, and its name there.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly struct CacheKey(ScopeId scope, string name) : IEquatable<CacheKey>
{
    public ScopeId Scope { get; } = scope;

    public string Name { get; } = name;

    /// <summary>As it stands in the database.</summary>
    public string Stored => Scope.Prefix + Name;

    /// <summary>The key of what stands in the database; null for what cannot stand there.</summary>
    public static CacheKey? Parse(int tenantId, string stored)
    {
        var end = stored.IndexOf(':', StringComparison.Ordinal) + 1;
        if (end > 0 && end < stored.Length && stored[end] == ScopeId.UserMark)
        {
            end = stored.IndexOf(':', end) + 1;
        }
        return end > 1 && end < stored.Length
            ? new CacheKey(new ScopeId(tenantId, stored[..end]), stored[end..])
            : null;
    }

    public bool Equals(CacheKey other) =>
        string.Equals(Name, other.Name, StringComparison.Ordinal) && Scope.Equals(other.Scope);

    public override bool Equals(object? obj) => obj is CacheKey other && Equals(other);

    public override int GetHashCode() => NameHash.Of(Name) ^ Scope.Hash;

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Scope.TenantId}:{Stored}");
}
