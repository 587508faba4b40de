namespace Jobs.Idempotency;

/// <summary>The statements of idempotency keys.</summary>
internal static class IdempotencyStatements
{
    /// <summary>
    /// Neither a claim nor a release waits for the disk: a batch that is committed after them takes them along, and
    /// without one there is nothing that could be doubled.
    /// </summary>
    public const string Relaxed = "select set_config('synchronous_commit', 'off', true)";

    /// <summary>
    /// Takes a key that nobody holds, or whose holder is gone without an answer, or that is past its time; else gives
    /// what is kept for it. No row: it was taken at this very moment.
    /// </summary>
    public const string Claim = """
        with claimed as (
            insert into jobs.idempotency_keys as k (tenant_id, key, token, busy_until, expires_at)
            values ($1, $2, $3, now() + $4::interval, now() + $5::interval)
            on conflict (tenant_id, key) do update
            set token = excluded.token, busy_until = excluded.busy_until, expires_at = excluded.expires_at,
                request_hash = null, status = null, headers = null, body = null
            where k.expires_at <= now() or k.busy_until <= now()
            returning k.token
        )
        select true as claimed, null::bytea, null::smallint, null::text, null::bytea
        from claimed
        union all
        select false, k.request_hash, k.status, k.headers::text, k.body
        from jobs.idempotency_keys k
        where k.tenant_id = $1 and k.key = $2 and not exists (select from claimed)
        """;

    public const string Renew = """
        update jobs.idempotency_keys
        set busy_until = now() + $4::interval
        where tenant_id = $1 and key = $2 and token = $3 and status is null
        """;

    /// <summary>Fails where another request holds the key.</summary>
    public const string Keep = "select jobs.keep_answer($1, $2, $3, $4, $5, $6::jsonb, $7)";

    public const string Release = """
        delete from jobs.idempotency_keys
        where tenant_id = $1 and key = $2 and token = $3 and status is null
        """;
}
