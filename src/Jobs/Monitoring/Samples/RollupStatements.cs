namespace Jobs.Monitoring.Samples;

/// <summary>The statements that make hours of minutes and days of hours, and delete what is past its retention.</summary>
internal static class RollupStatements
{
    /// <summary>
    /// Locks a resolution ($1) and says where its next interval with samples begins, of those of the resolution $2 below
    /// it; no row where another one rolls it up, null where there is nothing.
    /// </summary>
    public const string Next = """
        with held as materialized (
            select r.until from jobs.metric_rollups r where r.resolution = $1 for update skip locked
        )
        select (
            select m.at
            from jobs.metric_samples m
            where m.resolution = $2 and m.at >= h.until
            order by m.at
            limit 1), now()
        from held h
        """;

    /// <summary>Samples of the resolution $1 from $2 to before $3; those of a series together.</summary>
    public const string Fine = """
        select m.series_id, m.since, m.count, m.sum, m.min, m.max, m.buckets
        from jobs.metric_samples m
        where m.resolution = $1 and m.at >= $2 and m.at < $3
        order by m.series_id
        """;

    public const string Advance = "update jobs.metric_rollups set until = $2 where resolution = $1";

    /// <summary>At most $3 samples of the resolution $1 that are older than $2, and rolled up.</summary>
    public const string Purge = """
        delete from jobs.metric_samples
        where ctid = any(array(
            select m.ctid
            from jobs.metric_samples m
            where m.resolution = $1 and m.at < now() - $2::interval
                and m.at < coalesce(
                    (select min(r.until) from jobs.metric_rollups r where r.resolution > $1), 'infinity')
            order by m.at
            limit $3))
        """;

    /// <summary>At most $1 series without samples. One that is written to meanwhile is in the way, and stays.</summary>
    public const string PurgeSeries = """
        delete from jobs.metric_series
        where id = any(array(
            select s.id
            from jobs.metric_series s
            where not exists (select from jobs.metric_samples m where m.series_id = s.id)
            order by s.id
            limit $1
            for update skip locked))
        """;

    /// <summary>At most $1 nodes that have written nothing for a day.</summary>
    public const string PurgeNodes = """
        delete from jobs.metric_nodes
        where id = any(array(
            select n.id from jobs.metric_nodes n where n.seen_at < now() - interval '1 day' limit $1))
        """;
}
