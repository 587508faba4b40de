namespace Jobs.Testing.Chaos;

/// <summary>What <see cref="BatchLaws"/> asks; each statement is one snapshot.</summary>
internal static class LawStatements
{
    /// <summary>What is wrong with a batch, whatever is done to it at this moment; null when nothing is.</summary>
    public const string Broken = """
        select nullif(concat_ws('; ',
            case when (b.succeeded, b.failed, b.cancelled) is distinct from (o.succeeded, o.failed, o.cancelled)
                then format('the row says %s, its pages say %s', (b.succeeded, b.failed, b.cancelled), o) end,
            case when o.succeeded + o.failed + o.cancelled + c.count <> b.total
                then format('%s with an outcome and %s in chunks of %s', o, c.count, b.total) end,
            case when o.failed <> e.count then format('%s failures and %s codes', o.failed, e.count) end,
            case when b.state = 'paused' and c.free > 0 then format('paused with %s free chunks', c.free) end,
            case when b.state <> 'paused' and c.held > 0 and not w.waits
                then format('%s with %s held chunks', b.state, c.held) end,
            case when d.count <> (b.callback_url is not null and b.finished_at is not null)::int
                then format('%s webhooks of a batch that is %s', d.count, b.state) end,
            p.wrong), '')
        from jobs.batches b,
            lateral (
                select coalesce(sum(o.succeeded), 0)::int as succeeded, coalesce(sum(o.failed), 0)::int as failed,
                    coalesce(sum(o.cancelled), 0)::int as cancelled
                from jobs.outcome_pages o where o.batch_id = b.id) o,
            lateral (
                select coalesce(sum(c.count), 0)::int as count,
                    count(*) filter (where c.state in ('ready', 'scheduled')) as free,
                    count(*) filter (where c.state = 'held') as held
                from jobs.chunks c where c.batch_id = b.id) c,
            lateral (
                select coalesce(sum(e.value::int), 0)::int as count
                from jobs.outcome_pages o, jsonb_each_text(o.error_codes) e where o.batch_id = b.id) e,
            lateral (select exists (select from jobs.waits w where w.batch_id = b.id) as waits) w,
            lateral (
                select count(*)::int as count
                from jobs.webhook_deliveries d where d.batch_id = b.id and d.version = b.version) d,
            lateral (
                select min(format('%s of %s items of page %s', coalesce(x.count, 0), i.count, i.page)) as wrong
                from jobs.item_pages i
                left join (
                    select y.page, sum(y.count) as count
                    from (
                        select o.page, o.succeeded + o.failed + o.cancelled as count
                        from jobs.outcome_pages o where o.batch_id = b.id
                        union all
                        select c.page, c.count from jobs.chunks c where c.batch_id = b.id) y
                    group by y.page) x on x.page = i.page
                where i.batch_id = b.id and x.count is distinct from i.count) p
        where b.id = $1
        """;

    /// <summary>
    /// Every outcome that was ever written of a batch that nobody retried: index, number in the result, error code.
    /// </summary>
    public const string Outcomes = """
        select i.first + (l.line::jsonb ->> 0)::int, (l.line::jsonb -> 2 ->> 'Number')::int, l.line::jsonb -> 3 ->> 'code'
        from jobs.outcome_pages o
        join jobs.item_pages i on i.batch_id = o.batch_id and i.page = o.page
        cross join lateral regexp_split_to_table(o.outcomes, '\n') l (line)
        where o.batch_id = $1 and l.line <> ''
        order by 1
        """;

    public const string Done = """
        select coalesce(sum(b.succeeded + b.failed + b.cancelled), 0)::int from jobs.batches b where b.id = any ($1::uuid[])
        """;

    public const string Leases = """
        select c.batch_id, c.id, c.token from jobs.chunks c where c.state = 'leased'
        """;

    /// <summary>Those that are still what they were.</summary>
    public const string LeasesLeft = """
        select count(*)::int
        from unnest($1::uuid[], $2::bigint[], $3::int[]) l (batch_id, id, token)
        join jobs.chunks c on c.batch_id = l.batch_id and c.id = l.id and c.token = l.token and c.state = 'leased'
        """;

    /// <summary>Batches whose webhook is not delivered yet.</summary>
    public const string WebhooksLeft = """
        select count(*)::int
        from jobs.batches b
        where b.id = any ($1::uuid[]) and b.callback_url is not null
            and not exists (select from jobs.webhook_deliveries d where d.batch_id = b.id and d.state = 'delivered')
        """;

    /// <summary>The deliveries of each batch: how many, how many attempts succeeded, how often one was sent at most.</summary>
    public const string Webhooks = """
        select b.id, count(d.batch_id)::int, coalesce(sum(a.delivered), 0)::int, coalesce(max(d.token), 0)
        from jobs.batches b
        left join jobs.webhook_deliveries d on d.batch_id = b.id
        left join lateral (
            select count(*) filter (where a.error_code is null)::int as delivered
            from jobs.webhook_attempts a where a.batch_id = d.batch_id and a.version = d.version) a on true
        where b.id = any ($1::uuid[]) and b.callback_url is not null
        group by b.id
        """;
}
