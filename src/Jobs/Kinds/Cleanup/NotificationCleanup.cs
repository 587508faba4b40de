using Jobs.Database;
using Jobs.Notifications;
using Microsoft.Extensions.Options;

namespace Jobs.Kinds.Cleanup;

/// <summary>
/// Deletes notifications that are past their retention, and the oldest of tenants that have too many, so that to count
/// the unread ones stays cheap. Thread-safe.
/// </summary>
internal sealed class NotificationCleanup(
    JobsDataSource database,
    IOptions<NotificationOptions> options
)
{
    public const string Purge = """
        delete from jobs.notifications n
        where (n.tenant_id, n.id) in (
            select o.tenant_id, o.id
            from jobs.notifications o
            where o.created_at < now() - $1::interval
            order by o.created_at
            limit $2)
        """;

    public const string PurgeExcess = """
        delete from jobs.notifications n
        where (n.tenant_id, n.id) in (
            select o.tenant_id, o.id
            from jobs.tenants t
            cross join lateral (
                select e.id
                from jobs.notifications e
                where e.tenant_id = t.id
                order by e.id desc
                offset $1
                limit 1
            ) last
            join jobs.notifications o on o.tenant_id = t.id and o.id <= last.id
            limit $2)
        """;

    public async Task<long> PruneAsync(CancellationToken ct) =>
        await Steps.RunAsync(
            database.Requests,
            Purge,
            [options.Value.Retention],
            CleanupHandler.StepRows,
            ct
        )
        + await Steps.RunAsync(
            database.Requests,
            PurgeExcess,
            [options.Value.MaxPerTenant],
            CleanupHandler.StepRows,
            ct
        );
}
