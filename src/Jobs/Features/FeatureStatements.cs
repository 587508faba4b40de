namespace Jobs.Features;

/// <summary>The statements of switches.</summary>
internal static class FeatureStatements
{
    /// <summary>Part of looks that loops do anyway, so that to follow the switches costs no statement.</summary>
    public const string Look =
        "(select coalesce(jsonb_object_agg(f.name, f.enabled), '{}')::text from jobs.features f)";

    public const string All = $"""
        select {Look}
        """;

    public const string List = """
        select f.name, f.enabled, f.updated_at, f.updated_by from jobs.features f order by f.name
        """;

    public const string Set = """
        insert into jobs.features (name, enabled, updated_by)
        select n.name, n.enabled, $3 from unnest($1::text[], $2::bool[]) n (name, enabled)
        on conflict (name) do update
        set enabled = excluded.enabled, updated_at = now(), updated_by = excluded.updated_by
        """;

    /// <summary>These are as the configuration has them again.</summary>
    public const string TakeBack = "delete from jobs.features f where f.name = any ($1::text[])";
}
