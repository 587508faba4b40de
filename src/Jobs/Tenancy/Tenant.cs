using System.Text.RegularExpressions;

namespace Jobs.Tenancy;

/// <summary>Who owns batches, documents and keys.</summary>
internal sealed partial class Tenant
{
    /// <summary>Owns the key that the first start makes.</summary>
    public const string Default = "default";

    public int Id { get; private set; }

    public required string Name { get; init; }

    public DateTimeOffset CreatedAt { get; private set; }

    public static bool IsName(string name) => NamePattern().IsMatch(name);

    [GeneratedRegex(
        "^[a-z0-9][a-z0-9_-]{0,62}\\z",
        RegexOptions.None,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex NamePattern();
}
