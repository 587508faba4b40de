namespace Jobs.Caching.Subscriptions;

/// <summary>The statements of subscriptions; they are told by the statement that removes.</summary>
internal static class SubscriptionStatements
{
    /// <summary>No row where the tenant has as many as it may; its row is locked so that two cannot pass together.</summary>
    public const string Add = """
        with tenant as materialized (select id from jobs.tenants where id = $2 for update)
        insert into jobs.cache_subscriptions (id, tenant_id, url, tags)
        select $1, t.id, $3, $4
        from tenant t
        where (select count(*) from jobs.cache_subscriptions s where s.tenant_id = t.id) < $5
        returning created_at
        """;

    public const string List = """
        select id, url, tags, created_at
        from jobs.cache_subscriptions
        where tenant_id = $1
        order by id
        """;

    public const string Exists = """
        select exists (select from jobs.cache_subscriptions where tenant_id = $1 and id = $2)
        """;

    /// <summary>What was to be sent is not sent any more.</summary>
    public const string Delete = """
        with gone as (delete from jobs.cache_subscriptions where tenant_id = $1 and id = $2 returning id),
        messages as (delete from jobs.webhook_deliveries d using gone g where d.batch_id = g.id)
        select count(*) from gone
        """;
}
