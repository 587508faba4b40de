-- title: Outcomes by day
-- description: Items of the batches that were submitted on each day, by kind and what became of them.
-- source: jobs
-- timeout: 10s
-- limit: 1000
-- parameter: days integer default=30 min=1 max=366 How many days back, today included.
-- parameter: kind text max=40 Only batches of this kind.
select (b.submitted_at at time zone 'UTC')::date as day,
    b.kind,
    count(*) as batches,
    sum(b.total)::bigint as items,
    sum(b.succeeded)::bigint as succeeded,
    sum(b.failed)::bigint as failed,
    sum(b.cancelled)::bigint as cancelled
from jobs_reports.batches b
where b.submitted_at >= date_trunc('day', now() at time zone 'UTC') at time zone 'UTC'
        - (:days - 1) * interval '1 day'
    and (:kind is null or b.kind = :kind)
group by 1, 2
order by 1 desc, 2
