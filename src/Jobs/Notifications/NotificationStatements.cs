namespace Jobs.Notifications;

/// <summary>The statements of notifications. All are filtered by tenant; they are written by triggers.</summary>
internal static class NotificationStatements
{
    private const string Columns =
        "n.id, n.type, n.batch_id, n.schedule, n.data::text, n.created_at, n.read_at";

    public const string List = $"""
        select {Columns}
        from jobs.notifications n
        where n.tenant_id = $1 and n.id < $2
        order by n.id desc
        limit $3
        """;

    public const string ListUnread = $"""
        select {Columns}
        from jobs.notifications n
        where n.tenant_id = $1 and n.id < $2 and n.read_at is null
        order by n.id desc
        limit $3
        """;

    public const string Count = """
        select count(*) from jobs.notifications n where n.tenant_id = $1 and n.read_at is null
        """;

    /// <summary>Returns whether there is such a notification, and whether it was unread until now.</summary>
    public const string Read = """
        with read as (
            update jobs.notifications n
            set read_at = now(), changed_at = now()
            where n.tenant_id = $1 and n.id = $2 and n.read_at is null
            returning 1
        )
        select exists (select from jobs.notifications n where n.tenant_id = $1 and n.id = $2),
            exists (select from read)
        """;

    public const string ReadAll = """
        update jobs.notifications n
        set read_at = now(), changed_at = now()
        where n.tenant_id = $1 and n.read_at is null
        """;

    /// <summary>
    /// What was written or read since the snapshot $2, taken at $3, $4 at most, the newest; null for nothing. Where
    /// there is a later snapshot $5, only what was over in that. As with batches, a row has changed where the transaction that wrote it was not over in the snapshot. One row at least
    /// comes back: the present snapshot and its time, the number of unread ones, and whether $2 is not of this database.
    /// </summary>
    public const string Look = $"""
        with present as materialized (
            select pg_current_snapshot() as snapshot, now() as at,
                pg_snapshot_xmax(pg_current_snapshot())::text::bigint as top
        ),
        changed as (
            select n.*
            from present p
            join jobs.notifications n on n.tenant_id = $1
            where n.changed_at >= $3::timestamptz - interval '60 seconds'
                and not pg_visible_in_snapshot(
                    (p.top - ((p.top - n.xmin::text::bigint) & 4294967295))::text::xid8, $2::text::pg_snapshot)
                and ($5::text is null or pg_visible_in_snapshot(
                    (p.top - ((p.top - n.xmin::text::bigint) & 4294967295))::text::xid8, $5::text::pg_snapshot))
            order by n.changed_at desc
            limit $4
        )
        select {Columns},
            p.snapshot::text, p.at,
            (select count(*) from jobs.notifications u where u.tenant_id = $1 and u.read_at is null),
            coalesce(pg_snapshot_xmax($2::text::pg_snapshot)::text::bigint > p.top, false)
        from present p
        left join changed n on true
        order by n.id
        """;

    /// <summary>What is told of: the types $1, and the success of batches from $2 items on; $3 whether by configuration.</summary>
    public const string Configure = """
        update jobs.notification_settings
        set types = $1, finished_from = $2, enabled = $3
        where (types, finished_from, enabled) is distinct from ($1, $2, $3)
        """;
}
