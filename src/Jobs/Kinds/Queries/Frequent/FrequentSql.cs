namespace Jobs.Kinds.Queries.Frequent;

/// <summary>The statements about frequent searches.</summary>
internal static class FrequentSql
{
    /// <summary>
    /// Adds what was counted. In an hour a tenant has some hundred rows at most ($5): what comes then is left out, and
    /// counted in the next hour. In the order of the key, so that writers do not wait for each other in a circle.
    /// </summary>
    public const string Add = """
        with counted as materialized (
            select c.tenant_id, date_trunc('hour', now()) as hour, c.name, c.query, c.times
            from unnest($1::int[], $2::text[], $3::text[], $4::int[]) c (tenant_id, name, query, times)),
        known as (
            insert into jobs.search_warming (tenant_id)
            select distinct tenant_id from counted order by tenant_id
            on conflict do nothing)
        insert into jobs.search_asked as a (tenant_id, hour, name, query, times)
        select c.tenant_id, c.hour, c.name, c.query, c.times
        from counted c
        where exists (
                select from jobs.search_asked e
                where e.tenant_id = c.tenant_id and e.hour = c.hour and e.name = c.name)
            or (select count(*) from (
                    select from jobs.search_asked e
                    where e.tenant_id = c.tenant_id and e.hour = c.hour
                    limit $5) e) < $5
        order by c.tenant_id, c.name
        on conflict (tenant_id, hour, name) do update set times = a.times + excluded.times
        """;

    /// <summary>The most frequent of a tenant in the last day, the most frequent first.</summary>
    public const string Most = """
        select max(query)
        from jobs.search_asked
        where tenant_id = $1 and hour >= date_trunc('hour', now() - interval '1 day')
        group by name
        having sum(times) >= $3
        order by sum(times) desc, name
        limit $2
        """;

    /// <summary>
    /// Takes tenants whose answers are to be renewed: those that are due, and those of which a document came or went
    /// ($1 is that tag) and then none for a while ($2), or that have waited long enough for that ($3). One process has
    /// each for $4; where it dies, another one takes it after that.
    /// </summary>
    public const string Take = """
        with changed as materialized (
            select split_part(m.tag, ':', 1)::int as tenant_id, m.at
            from jobs.cache_marks m
            where m.at > now() - interval '10 minutes' and substr(m.tag, strpos(m.tag, ':') + 1) = $1),
        due as materialized (
            select w.tenant_id from jobs.search_warming w where w.due_at <= now()
            union
            select w.tenant_id
            from changed c
            join jobs.search_warming w on w.tenant_id = c.tenant_id
            where c.at > w.warmed_at and (c.at < now() - $2::interval or w.warmed_at < now() - $3::interval)),
        taken as materialized (
            select w.tenant_id
            from (select tenant_id from due order by tenant_id) d
            cross join lateral (
                select w.tenant_id from jobs.search_warming w where w.tenant_id = d.tenant_id for update skip locked) w
            limit $5)
        update jobs.search_warming w
        set warmed_at = now(), due_at = now() + $4::interval
        from taken t
        where w.tenant_id = t.tenant_id
        returning w.tenant_id
        """;

    /// <summary>They are answered, and due again after a time.</summary>
    public const string Warmed = """
        update jobs.search_warming set due_at = now() + $2::interval where tenant_id = $1
        """;

    /// <summary>Nobody has asked for a day; who asks again comes back with <see cref="Add"/>.</summary>
    public const string Forget = "delete from jobs.search_warming where tenant_id = $1";

    public const string Purge = """
        delete from jobs.search_asked
        where ctid = any(array(
            select ctid
            from jobs.search_asked
            where hour < date_trunc('hour', now() - interval '1 day')
            limit $1
            for update skip locked))
        """;
}
