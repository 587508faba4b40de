namespace Jobs.Caching.Shared;

/// <summary>The statements of the tier in the database.</summary>
internal static class SharedStatements
{
    /// <summary>
    /// What stands under keys, one row for each in their order, with the time of the database: what is read from a
    /// source afterwards is younger than that. What has a mark younger than its fill does not count.
    /// </summary>
    public const string Read = """
        select w.n::int, clock_timestamp(), e.value, e.format, e.tags, e.filled_at, e.written_at, e.fresh_until,
            e.stale_until, e.expires_at
        from unnest($1::int[], $2::text[]) with ordinality w (tenant_id, key, n)
        left join lateral (
            select e.*
            from jobs.cache_entries e
            where e.tenant_id = w.tenant_id
                and e.key = w.key
                and e.expires_at > now()
                and e.filled_at > (select cleared_at from jobs.cache_epoch where one)
                and not exists (
                    select from jobs.cache_marks m where m.tag = any(e.tags) and m.at > e.filled_at)
                and not exists (
                    select from jobs.cache_prefixes p
                    where p.tenant_id = e.tenant_id and e.key ^@ p.prefix and p.at > e.filled_at)
            offset 0) e on true
        """;

    /// <summary>
    /// Writes values, in the order of their keys so that writers do not wait for each other in a circle. One that was
    /// filled before what stands there, or before a removal, loses. Where something was set rather than filled, the
    /// others are told ($11). After $12 nothing is written: who asked for it has given it up.
    /// </summary>
    public const string Write = """
        with n as materialized (
            select c.at + interval '1 microsecond' as at
            from (select clock_timestamp() as at offset 0) c
            where c.at <= $12),
        written as (
            insert into jobs.cache_entries as e (tenant_id, key, value, format, tags, filled_at, written_at, fresh_until,
                stale_until, expires_at, expires_bucket)
            select w.tenant_id, w.key, w.value, w.format, string_to_array(w.tags, chr(31)), coalesce(w.token, n.at), n.at,
                n.at + w.fresh, n.at + w.stale, n.at + w.life, floor(extract(epoch from n.at + w.life) / 600)::int
            from n, unnest($1::int[], $2::text[], $3::bytea[], $4::smallint[], $5::text[], $6::timestamptz[],
                $7::interval[], $8::interval[], $9::interval[]) w (tenant_id, key, value, format, tags, token, fresh, stale, life)
            where w.token is null or w.token > n.at - $10::interval
            order by w.tenant_id, w.key
            on conflict (tenant_id, key) do update
            set value = excluded.value, format = excluded.format, tags = excluded.tags, filled_at = excluded.filled_at,
                written_at = excluded.written_at, fresh_until = excluded.fresh_until, stale_until = excluded.stale_until,
                expires_at = excluded.expires_at, expires_bucket = excluded.expires_bucket
            where e.filled_at < excluded.filled_at),
        logged as (
            insert into jobs.cache_removals (at, items)
            select n.at, $11::text[] from n where cardinality($11::text[]) > 0)
        select at from n
        """;

    /// <summary>
    /// Removes keys ($1, $2), tags ($3), tags of all tenants ($4), prefixes ($5, $6) or everything ($7), and tells the
    /// others ($8) and those who subscribed to the tags, once a second at most: their message is due when no removal of
    /// its second can still come. Keys leave a row that keeps out what was read before; the others leave marks.
    /// </summary>
    public const string Remove = """
        with n as materialized (select clock_timestamp() + interval '1 microsecond' as at),
        removed as (
            insert into jobs.cache_entries as e (tenant_id, key, value, filled_at, expires_at, expires_bucket)
            select w.tenant_id, w.key, '', n.at, '-infinity', floor(extract(epoch from n.at) / 600)::int + 1
            from n, unnest($1::int[], $2::text[]) w (tenant_id, key)
            order by w.tenant_id, w.key
            on conflict (tenant_id, key) do update
            set value = '', tags = '{}', filled_at = excluded.filled_at, expires_at = excluded.expires_at,
                expires_bucket = excluded.expires_bucket
            where e.filled_at < excluded.filled_at),
        tags as materialized (
            select tag from unnest($3::text[]) t (tag)
            union
            select i.id || ':' || t.tag
            from unnest($4::text[]) t (tag), (select id from jobs.tenants union all select 0) i (id)
            where cardinality($4::text[]) > 0),
        marked as (
            insert into jobs.cache_marks as m (tag, at)
            select t.tag, n.at from n, tags t order by t.tag
            on conflict (tag) do update set at = greatest(m.at, excluded.at)),
        prefixed as (
            insert into jobs.cache_prefixes as p (tenant_id, prefix, at)
            select w.tenant_id, w.prefix, n.at
            from n, unnest($5::int[], $6::text[]) w (tenant_id, prefix)
            order by w.tenant_id, w.prefix
            on conflict (tenant_id, prefix) do update set at = greatest(p.at, excluded.at)),
        cleared as (
            update jobs.cache_epoch e set cleared_at = greatest(e.cleared_at, n.at) from n where e.one and $7::bool),
        logged as (
            insert into jobs.cache_removals (at, items) select n.at, $8::text[] from n),
        told as (
            insert into jobs.webhook_deliveries as d (batch_id, version, tenant_id, url, body, due_at)
            select s.id, floor(extract(epoch from n.at))::bigint, s.tenant_id, s.url,
                jsonb_build_object('type', 'cache.invalidated', 'subscriptionId', s.id, 'tags', to_jsonb(h.tags)),
                date_trunc('second', n.at) + interval '3 seconds'
            from n,
                (select split_part(t.tag, ':', 1)::int as tenant_id,
                    array_agg(substr(t.tag, strpos(t.tag, ':') + 1) order by t.tag) as tags
                 from tags t group by 1) removed
            join jobs.cache_subscriptions s on s.tenant_id = removed.tenant_id
            cross join lateral (
                select array_agg(t order by t) as tags from unnest(removed.tags) t where t = any(s.tags)) h
            where h.tags is not null
            on conflict (batch_id, version) do update
            set body = jsonb_set(d.body, '{tags}', (
                select jsonb_agg(distinct t) from jsonb_array_elements(d.body -> 'tags' || (excluded.body -> 'tags')) t)))
        select at from n
        """;

    /// <summary>Deletes what a prefix hides, some rows at a time.</summary>
    public const string DeletePrefix = """
        delete from jobs.cache_entries
        where ctid = any(array(
            select ctid
            from jobs.cache_entries
            where tenant_id = $1 and key >= $2 and key ^@ $2 and filled_at < $3
            limit $4
            for update skip locked))
        """;

    /// <summary>
    /// Which tables these are and the last number in the log; with what was removed after number $1, and what of $2 has
    /// been committed late. No row where the tables are new.
    /// </summary>
    public const string Removals = """
        select e.id, l.last, r.id, r.at, r.items, clock_timestamp()
        from jobs.cache_epoch e
        cross join lateral (select coalesce(max(id), 0) as last from jobs.cache_removals) l
        left join lateral (
            (select id, at, items from jobs.cache_removals where id > $1 order by id limit $3)
            union all
            (select id, at, items from jobs.cache_removals where id = any($2::bigint[]))) r on true
        where e.one
        order by r.id
        """;

    public const string MakeEpoch = """
        insert into jobs.cache_epoch (id) values ($1) on conflict (one) do nothing
        """;

    /// <summary>Takes the right to ask the source for a key, for a time, where nobody has it.</summary>
    public const string Claim = """
        insert into jobs.cache_fills as f (tenant_id, key, holder, until)
        values ($1, $2, $3, now() + $4::interval)
        on conflict (tenant_id, key) do update
        set holder = excluded.holder, until = excluded.until
        where f.until < now() or f.holder = excluded.holder
        returning true
        """;

    public const string Release = """
        delete from jobs.cache_fills where tenant_id = $1 and key = $2 and holder = $3
        """;

    /// <summary>How many of these keys of a tenant can be read.</summary>
    public const string CountKeys = $"""
        select count(*)
        from jobs.cache_entries e
        where e.tenant_id = $1 and e.key = any($2::text[]) and {Counts}
        """;

    /// <summary>How many values carry one of these tags, qualified.</summary>
    public const string CountTags = $"""
        select count(*)
        from jobs.cache_entries e
        where e.tags && $1::text[] and e.tags <> '{Empty}' and {Counts}
        """;

    public const string CountPrefix = $"""
        select count(*)
        from jobs.cache_entries e
        where e.tenant_id = $1 and e.key >= $2 and e.key ^@ $2 and {Counts}
        """;

    public const string CountAll = $"""
        select count(*) from jobs.cache_entries e where {Counts}
        """;

    /// <summary>All whose values may carry a tag.</summary>
    public const string Tenants = "select array_agg(id) || 0 from jobs.tenants";

    private const string Empty = "{}";

    private const string Counts = """
        e.expires_at > now()
            and e.filled_at > (select cleared_at from jobs.cache_epoch where one)
            and not exists (
                select from jobs.cache_marks m where m.tag = any(e.tags) and m.at > e.filled_at)
            and not exists (
                select from jobs.cache_prefixes p
                where p.tenant_id = e.tenant_id and e.key ^@ p.prefix and p.at > e.filled_at)
        """;
}
