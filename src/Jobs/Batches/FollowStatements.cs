using Jobs.Features;

namespace Jobs.Batches;

/// <summary>The statements about batches that something happens to at a time, or after another batch.</summary>
internal static class FollowStatements
{
    /// <summary>
    /// What there is to do: batches whose time is over, ended batches that others wait for, the seconds until the next
    /// time is over, requests for places with the batches that make them, and how features are switched.
    /// </summary>
    public const string Look = $"""
        select
            array(select d.batch_id from jobs.deadlines d where d.at <= now() order by d.at limit 100),
            array(select e.batch_id from jobs.ended_predecessors e limit 100),
            (select extract(epoch from min(d.at) - clock_timestamp())::float8 from jobs.deadlines d where d.at > now()),
            array(select a.id from jobs.admissions a order by a.id limit 100),
            array(select a.batch_id from jobs.admissions a order by a.id limit 100),
            {FeatureStatements.Look}
        """;

    /// <summary>The requests ($1) have been seen to; one that came meanwhile stays.</summary>
    public const string ForgetAdmissions = "delete from jobs.admissions a where a.id = any ($1)";

    /// <summary>Of these batches those that have not ended, each with its tenant.</summary>
    public const string Overdue = """
        select b.id, b.tenant_id
        from jobs.batches b
        where b.id = any ($1) and b.finished_at is null and b.state <> 'cancelling'
        """;

    /// <summary>The deadlines of these batches have been seen to; those of batches that a caller cancels, too.</summary>
    public const string ForgetDeadlines = """
        delete from jobs.deadlines d
        where d.batch_id = any ($1) and d.at <= now()
            and not exists (
                select from jobs.batches b
                where b.id = d.batch_id and b.state in ('queued', 'running', 'paused'))
        """;

    /// <summary>Who waits for an ended batch, and whether it may go.</summary>
    public const string Waiting = """
        select w.batch_id, p.tenant_id, not w.needs_success or (p.state = 'completed' and p.succeeded = p.total)
        from jobs.batches p
        join jobs.waits w on w.after_id = p.id
        join jobs.batches f on f.id = w.batch_id
        where p.id = $1 and p.finished_at is not null
        limit 100
        """;

    /// <summary>
    /// The chunks of a batch that waits become ready as if they came now, unless it is paused as well. $1 tenant, $2 batch; its row is
    /// locked already.
    /// </summary>
    public const string Release = """
        with batch as materialized (
            select b.id, b.state, b.kind, b.tenant_id, b.priority
            from jobs.batches b
            where b.tenant_id = $1 and b.id = $2
        ),
        gone as (
            delete from jobs.waits w where w.batch_id = $2 returning w.batch_id
        ),
        first as (
            select b.id, (
                    select c.rank from jobs.chunks c where c.batch_id = b.id and c.state = 'held' order by c.rank limit 1
                ) as rank
            from gone g
            join batch b on b.id = g.batch_id
            where b.state in ('queued', 'running')
        ),
        freed as (
            update jobs.chunks c
            set state = case when c.due_at > now() then 'scheduled' when c.limited then 'held' else 'ready' end,
                due_at = case when c.due_at > now() then c.due_at end,
                rank = c.rank - f.rank + (select jobs.next_rank(b.kind, b.tenant_id, b.priority) from batch b),
                since = now()
            from first f
            where c.batch_id = f.id and c.state = 'held'
        )
        select state from batch
        """;

    /// <summary>Holds a batch to the end of the transaction.</summary>
    public const string Lock = """
        select from jobs.batches b where b.id = $1 for no key update
        """;

    /// <summary>After <see cref="Lock"/>, which waits for who is submitting a follower: all who waited are released, or the batch was retried and will end again.</summary>
    public const string ForgetEnd = """
        delete from jobs.ended_predecessors e
        where e.batch_id = $1
            and not exists (
                select from jobs.waits w
                join jobs.batches b on b.id = w.after_id
                join jobs.batches f on f.id = w.batch_id
                where w.after_id = e.batch_id and b.finished_at is not null)
        """;
}
