using Jobs.Batches;

namespace Jobs.Notifications.Webhooks;

/// <summary>The statements of webhooks.</summary>
internal static class WebhookStatements
{
    private const string SecretColumns = """
        webhook_secret,
            case when webhook_secret_rotated_at > now() - $2::interval then webhook_secret_former end,
            case when webhook_secret_rotated_at > now() - $2::interval then webhook_secret_rotated_at + $2::interval end
        """;

    public const string Secret = $"""
        select {SecretColumns} from jobs.tenants where id = $1
        """;

    public const string MakeSecret = $"""
        update jobs.tenants set webhook_secret = coalesce(webhook_secret, $3) where id = $1
        returning {SecretColumns}
        """;

    public const string RotateSecret = $"""
        update jobs.tenants
        set webhook_secret = $3,
            webhook_secret_former = webhook_secret,
            webhook_secret_rotated_at = case when webhook_secret is not null then now() end
        where id = $1
        returning {SecretColumns}
        """;

    /// <summary>
    /// Takes the next delivery that is due, but none of the tenants $1, for the time $2. The batch is read from its row
    /// as it was when it ended. There is always a row: it says in how many seconds the next is due that nobody sends.
    /// </summary>
    public const string Lease = $"""
        with next as materialized (
            select d.batch_id, d.version
            from jobs.webhook_deliveries d
            where d.due_at <= now()
                and (d.lease_until is null or d.lease_until <= now())
                and d.tenant_id <> all ($1::int[])
            order by d.due_at
            limit 1
            for update skip locked
        ),
        leased as (
            update jobs.webhook_deliveries d
            set token = d.token + 1, lease_until = now() + $2::interval
            from next n
            where d.batch_id = n.batch_id and d.version = n.version
            returning d.*
        )
        select {ReadStatements.Columns},
            l.batch_id as delivery_id, l.body::text as delivery_body, l.tenant_id as delivery_tenant, l.version as delivery_version, l.token as delivery_token,
            l.url as delivery_url, l.retry as delivery_retry,
            (select extract(epoch from d.due_at - clock_timestamp())::float8
             from jobs.webhook_deliveries d
             where d.due_at is not null and d.lease_until is null
             order by d.due_at
             limit 1) as next_seconds
        from (values (1)) one (row)
        left join (
            leased l
            cross join lateral jsonb_populate_record(null::jobs.batches, l.batch) b
        ) on true
        """;

    /// <summary>What came of an attempt; nothing is written by a worker that no longer has the delivery.</summary>
    public const string Record = """
        with delivery as (
            update jobs.webhook_deliveries d
            set state = $4,
                due_at = case when $4 = 'pending' then now() + $5::interval end,
                lease_until = null,
                attempts = d.attempts + 1,
                retry = d.retry + 1
            where d.batch_id = $1 and d.version = $2 and d.token = $3 and d.lease_until is not null
            returning d.attempts
        )
        insert into jobs.webhook_attempts (
            batch_id, version, attempt, at, duration_ms, status, response, error_code, error)
        select $1, $2, attempts, $6, $7, $8, $9, $10, $11 from delivery
        """;

    /// <summary>Gives a delivery back that was not sent to its end.</summary>
    public const string HandBack = """
        update jobs.webhook_deliveries d
        set lease_until = null
        where d.batch_id = $1 and d.version = $2 and d.token = $3
        """;

    /// <summary>Its receiver is not asked at present: it is due again in $4, and no attempt was used.</summary>
    public const string Postpone = """
        update jobs.webhook_deliveries d
        set lease_until = null, due_at = clock_timestamp() + $4::interval
        where d.batch_id = $1 and d.version = $2 and d.token = $3
        """;

    /// <summary>
    /// The last delivery of a batch is sent again, at once and with all its pauses ahead; one that is being sent at
    /// this moment is not sent twice.
    /// </summary>
    public const string Replay = """
        update jobs.webhook_deliveries d
        set state = 'pending', due_at = now(), retry = 0
        where d.tenant_id = $1
            and d.batch_id = $2
            and d.version = (select max(version) from jobs.webhook_deliveries where batch_id = $2)
        """;

    /// <summary>Deliveries of a batch, the latest first, a row an attempt.</summary>
    public const string List = """
        select d.version, d.url, d.state, d.created_at, d.due_at,
            a.attempt, a.at, a.duration_ms, a.status, a.response, a.error_code, a.error
        from jobs.webhook_deliveries d
        left join jobs.webhook_attempts a on a.batch_id = d.batch_id and a.version = d.version
        where d.tenant_id = $1 and d.batch_id = $2
        order by d.version desc, a.attempt
        """;
}
