using Jobs.Features;

namespace Jobs.RateLimiting;

/// <summary>The statements about rules that are set while the service runs.</summary>
internal static class RuleStatements
{
    /// <summary>Says that this process is there, forgets those that are not, and answers what there is to know.</summary>
    public const string Look = $"""
        with here as (
            insert into jobs.rate_limit_nodes (id, seen_at) values ($1, clock_timestamp())
            on conflict (id) do update set seen_at = excluded.seen_at
        ),
        gone as (
            delete from jobs.rate_limit_nodes where seen_at < clock_timestamp() - interval '1 hour'
        )
        select
            (select revision from jobs.rate_limit_revision),
            (select count(*)::int from jobs.rate_limit_nodes
             where id <> $1 and seen_at > clock_timestamp() - $2::interval) + 1,
            {FeatureStatements.Look}
        """;

    public const string Leave = "delete from jobs.rate_limit_nodes where id = $1";

    public const string List = """
        select r.policy, r.tenant_id, t.name, r.key_id, r.permits, r.period_ms, r.burst, r.per_minute, r.per_hour,
            r.per_day, r.mode, r.when_away, r.endpoints, r.updated_at, r.updated_by
        from jobs.rate_limit_rules r
        left join jobs.tenants t on t.id = r.tenant_id
        order by r.policy, t.name nulls first, r.key_id nulls first
        """;

    /// <summary>Sets a rule. No row comes back where there is no such tenant or key.</summary>
    public const string Save = """
        insert into jobs.rate_limit_rules (
            policy, tenant_id, key_id, permits, period_ms, burst, per_minute, per_hour, per_day, mode, when_away,
            endpoints, updated_by)
        select $1, t.id, k.id, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13
        from (values (1)) one (n)
        left join jobs.tenants t on t.name = $2
        left join jobs.api_keys k on k.id = $3
        where ($2::text is null or t.id is not null) and ($3::uuid is null or k.id is not null)
        on conflict (policy, tenant_id, key_id) do update
        set permits = excluded.permits, period_ms = excluded.period_ms, burst = excluded.burst,
            per_minute = excluded.per_minute, per_hour = excluded.per_hour, per_day = excluded.per_day,
            mode = excluded.mode, when_away = excluded.when_away, endpoints = excluded.endpoints,
            updated_at = now(), updated_by = excluded.updated_by
        returning updated_at
        """;

    public const string Remove = """
        delete from jobs.rate_limit_rules r
        where r.policy = $1
            and r.tenant_id is not distinct from (select t.id from jobs.tenants t where t.name = $2)
            and r.key_id is not distinct from $3::uuid
            and ($2::text is null or r.tenant_id is not null)
        """;
}
