namespace Jobs.Auditing;

/// <summary>The statements of the audit.</summary>
internal static class AuditStatements
{
    public const string Insert = """
        insert into jobs.audit (
            tenant_id, tenant, key_id, actor, action, target, outcome, status, count, address, request_id, detail)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        """;

    /// <summary>
    /// Entries before the id $6, the newest first, $7 at most: of the actor $1, the action $2, the tenant $3, from $4
    /// until before $5.
    /// </summary>
    public const string List = """
        select a.id, a.at, a.tenant, a.actor, a.key_id, a.action, a.target, a.outcome, a.status, a.count,
            host(a.address), a.request_id, a.detail::text
        from jobs.audit a
        where a.id < $6
            and ($1::text is null or a.actor = $1)
            and ($2::text is null or a.action = $2)
            and ($3::text is null or a.tenant = $3)
            and ($4::timestamptz is null or a.at >= $4)
            and ($5::timestamptz is null or a.at < $5)
        order by a.id desc
        limit $7
        """;

    /// <summary>Deletes what is older than $1, $2 entries at most; returns how many.</summary>
    public const string Prune = "select jobs.prune_audit($1, $2)";
}
