namespace Jobs.Monitoring.Gauges;

/// <summary>The statement that looks at the database as a whole.</summary>
internal static class GaugeStatements
{
    /// <summary>
    /// What PostgreSQL knows of itself, from its statistics: no table of the service is read but that of the workers. A
    /// partition counts for its table. What a role may not see is null.
    /// </summary>
    public const string Read = """
        with tables as (
            select regexp_replace(s.relname, '_[0-9].*$', '') as name, sum(s.n_live_tup)::bigint as live,
                sum(s.n_dead_tup)::bigint as dead
            from pg_stat_user_tables s
            where s.schemaname = 'jobs'
            group by 1
            order by 1
            limit 100
        )
        select pg_database_size(current_database()),
            (select array_agg(t.name order by t.name) from tables t),
            (select array_agg(t.live order by t.name) from tables t),
            (select array_agg(t.dead order by t.name) from tables t),
            (select extract(epoch from max(clock_timestamp() - a.xact_start))::float8
             from pg_stat_activity a
             where a.datname = current_database() and a.pid <> pg_backend_pid()),
            (select count(*)::int from pg_stat_activity a where a.datname = current_database()),
            current_setting('max_connections')::int,
            (select max(extract(epoch from r.replay_lag))::float8 from pg_stat_replication r),
            (select count(*)::int from jobs.workers w where w.state = 'active' and w.lease_until > clock_timestamp()),
            coalesce(pg_sequence_last_value(pg_get_serial_sequence('jobs.notifications', 'id')::regclass), 0)
        """;
}
