namespace Jobs.Database.Care;

/// <summary>The statements that look at the database. They read catalogs and statistics, never a table's rows.</summary>
internal static class DatabaseCareStatements
{
    /// <summary>Its size, how many connections the server takes, and how many it has.</summary>
    public const string Figures = """
        select pg_database_size(current_database()), current_setting('max_connections')::int,
            (select count(*)::int from pg_stat_activity a where a.backend_type = 'client backend')
        """;

    /// <summary>Rows of every table, a partition by itself.</summary>
    public const string Rows = """
        select s.relname, s.n_live_tup, s.n_dead_tup
        from pg_stat_user_tables s
        where s.schemaname = 'jobs'
        order by s.relname
        limit 2000
        """;

    public const string Server = """
        select current_setting('server_version'), pg_postmaster_start_time(), d.stats_reset,
            case when d.blks_hit + d.blks_read > 0 then d.blks_hit::float8 / (d.blks_hit + d.blks_read) end,
            age(c.datfrozenxid)::bigint,
            current_setting('autovacuum_freeze_max_age')::bigint,
            d.blks_hit + d.blks_read
        from pg_stat_database d
        join pg_database c on c.oid = d.datid
        where d.datname = current_database()
        """;

    public const string Settings = """
        select s.name, s.setting || coalesce(' ' || s.unit, '')
        from pg_settings s
        where s.name in (
            'autovacuum', 'effective_cache_size', 'fsync', 'full_page_writes', 'maintenance_work_mem', 'max_wal_size',
            'random_page_cost', 'shared_buffers', 'synchronous_commit', 'track_counts', 'work_mem')
        order by s.name
        """;

    public const string Connections = """
        select coalesce(nullif(a.application_name, ''), '(none)'), coalesce(a.state, '(unknown)'), count(*)::int
        from pg_stat_activity a
        where a.datname = current_database() and a.backend_type = 'client backend'
        group by 1, 2
        order by 1, 2
        """;

    public const string OldestTransaction = """
        select a.pid, coalesce(nullif(a.application_name, ''), '(none)'), coalesce(a.state, '(unknown)'),
            extract(epoch from clock_timestamp() - a.xact_start)::float8
        from pg_stat_activity a
        where a.datname = current_database() and a.xact_start is not null and a.pid <> pg_backend_pid()
            and a.backend_type = 'client backend'
        order by a.xact_start
        limit 1
        """;

    public const string Replicas = """
        select coalesce(nullif(r.application_name, ''), '(none)'), coalesce(r.state, '(unknown)'),
            (case when pg_is_in_recovery() then null else pg_wal_lsn_diff(pg_current_wal_lsn(), r.replay_lsn) end)::bigint,
            extract(epoch from r.replay_lag)::float8
        from pg_stat_replication r
        order by 1
        """;

    /// <summary>
    /// The largest $1 tables. What rows need is estimated from the width of their columns as the planner knows it: a
    /// row has a header of 24 bytes and a line pointer of 4 and is aligned to 8, a page a header of 24 (the "Database
    /// Page Layout" of PostgreSQL's documentation).
    /// </summary>
    public const string Tables = """
        select c.relname, s.n_live_tup, s.n_dead_tup, s.n_mod_since_analyze,
            pg_total_relation_size(c.oid), pg_relation_size(c.oid), pg_indexes_size(c.oid),
            case when c.reltuples >= 0 and w.width is not null then greatest(0, c.relpages - ceil(
                c.reltuples / greatest(1, floor(
                    (current_setting('block_size')::int - 24)
                    * coalesce((select o.option_value::int from pg_options_to_table(c.reloptions) o where o.option_name = 'fillfactor'), 100) / 100
                    / (ceil((24 + w.width) / 8) * 8 + 4)))))::bigint * current_setting('block_size')::int end,
            s.seq_scan, coalesce(s.idx_scan, 0),
            greatest(s.last_vacuum, s.last_autovacuum), greatest(s.last_analyze, s.last_autoanalyze),
            age(c.relfrozenxid)::bigint
        from pg_class c
        join pg_stat_user_tables s on s.relid = c.oid
        left join lateral (
            select sum((1 - p.null_frac) * p.avg_width)::float8 as width
            from pg_stats p
            where p.schemaname = 'jobs' and p.tablename = c.relname
        ) w on true
        where s.schemaname = 'jobs' and c.relkind = 'r'
        order by pg_total_relation_size(c.oid) desc, c.relname
        limit $1
        """;

    /// <summary>
    /// The largest $1 indexes. An entry of a B-tree has a header of 8 bytes and a line pointer of 4 and is aligned to 8,
    /// its pages are filled to 90 of a hundred; equal keys take less than that, so the estimate of bloat is a low one.
    /// </summary>
    public const string Indexes = """
        select c.relname, t.relname, pg_relation_size(c.oid),
            case when m.amname = 'btree' and c.reltuples >= 0 and w.width is not null then greatest(0, c.relpages - 2 - ceil(
                c.reltuples / greatest(1, floor(
                    (current_setting('block_size')::int - 40)
                    * coalesce((select o.option_value::int from pg_options_to_table(c.reloptions) o where o.option_name = 'fillfactor'), 90) / 100
                    / (ceil((8 + w.width) / 8) * 8 + 4)))))::bigint * current_setting('block_size')::int end,
            coalesce(s.idx_scan, 0),
            i.indisunique or i.indisexclusion or exists (select from pg_constraint k where k.conindid = c.oid),
            i.indisvalid and i.indisready
        from pg_index i
        join pg_class c on c.oid = i.indexrelid
        join pg_class t on t.oid = i.indrelid
        join pg_am m on m.oid = c.relam
        left join pg_stat_user_indexes s on s.indexrelid = c.oid
        left join lateral (
            -- The columns of the index, and of what it keeps of expressions.
            select sum((1 - p.null_frac) * p.avg_width)::float8 as width
            from pg_attribute a
            join pg_stats p on p.schemaname = 'jobs'
                and (p.tablename = t.relname and p.attname = a.attname or p.tablename = c.relname and p.attname = a.attname)
            where a.attrelid = c.oid
        ) w on true
        where c.relnamespace = 'jobs'::regnamespace and c.relkind = 'i'
        order by pg_relation_size(c.oid) desc, c.relname
        limit $1
        """;

    /// <summary>Whether the extension is there: the schema that it is in.</summary>
    public const string StatementsExtension = """
        select quote_ident(n.nspname)
        from pg_extension e
        join pg_namespace n on n.oid = e.extnamespace
        where e.extname = 'pg_stat_statements'
        """;

    /// <summary>
    /// The statements of this database that took the most time. Utility statements are left out: their texts may hold
    /// values, passwords among them.
    /// </summary>
    /// <param name="schema">Of the extension, quoted.</param>
    public static string Statements(string schema) =>
        $"""
            select left(regexp_replace(s.query, '\s+', ' ', 'g'), 1000), s.calls, s.total_exec_time, s.mean_exec_time, s.rows,
                case when s.shared_blks_hit + s.shared_blks_read > 0
                    then s.shared_blks_hit::float8 / (s.shared_blks_hit + s.shared_blks_read) end
            from {schema}.pg_stat_statements s
            where s.dbid = (select d.oid from pg_database d where d.datname = current_database())
                and s.query ~* '^\s*(--[^\n]*\n\s*)*(with|select|insert|update|delete|merge)\s'
            order by s.total_exec_time desc
            limit 20
            """;
}
