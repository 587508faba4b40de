namespace Jobs.RateLimiting;

/// <summary>The statements about the counters that all nodes share.</summary>
internal static class BudgetStatements
{
    /// <summary>Asks for many counters at once; see the function, in the migration that made it.</summary>
    public const string Lease = """
        select place, granted, remaining, retry_us, full_us, slot
        from jobs.lease_permits($1::text[], $2::text[], $3::int[], $4::int[], $5::int[], $6::int[],
            $7::bigint[], $8::bigint[], $9::int, $10::bigint)
        """;

    public const string Reset = "delete from jobs.rate_limits where policy = $1 and subject = $2";

    /// <summary>Counters in the order of their names, from after $1, $2 on; with the time by the same clock.</summary>
    public const string List = """
        select policy, subject, bucket, minute, hour, day, (extract(epoch from clock_timestamp()) * 1000000)::bigint
        from jobs.rate_limits
        where (policy, subject) > ($1, $2)
        order by policy, subject
        limit $3
        """;

    /// <summary>
    /// Deletes counters that are as if nobody had ever called, of at most $3 that are looked at from $1, $2 on; the last
    /// that was looked at, and how many were deleted.
    /// </summary>
    public const string Prune = """
        with looked as materialized (
            select ctid as at, policy, subject, greatest(bucket, minute, hour, day) as until
            from jobs.rate_limits
            where (policy, subject) > ($1, $2)
            order by policy, subject
            limit $3
        ),
        pruned as (
            delete from jobs.rate_limits r
            -- One that is used meanwhile is elsewhere then, and stays.
            where r.ctid = any(array(
                select at
                from looked
                where until < (extract(epoch from clock_timestamp()) * 1000000)::bigint))
            returning 1
        )
        select policy, subject, (select count(*) from pruned)
        from looked
        order by policy desc, subject desc
        limit 1
        """;
}
