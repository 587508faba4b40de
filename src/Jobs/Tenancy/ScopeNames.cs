namespace Jobs.Tenancy;

/// <summary>Scopes as the API and the database spell them.</summary>
public static class ScopeNames
{
    private static readonly (string Name, Scopes Scope)[] All =
    [
        ("submit", Scopes.Submit),
        ("read", Scopes.Read),
        ("admin", Scopes.Admin),
    ];

    public static string[] From(Scopes scopes) =>
        [.. All.Where(known => scopes.HasFlag(known.Scope)).Select(known => known.Name)];

    /// <summary>The scopes of the names; names that are none count for nothing.</summary>
    public static Scopes Parse(IEnumerable<string> names) =>
        names.Aggregate(
            Scopes.None,
            (scopes, name) => scopes | Array.Find(All, known => known.Name == name).Scope
        );

    public static bool IsScope(string name) => Array.Exists(All, known => known.Name == name);
}
