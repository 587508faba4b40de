-- title: Documents by type
-- description: How many documents there are of each media type, and how large they are.
-- source: jobs
-- timeout: 10s
-- limit: 200
-- parameter: state text default=ready values=pending|ready|failed In which state they are.
select d.media_type as type,
    count(*) as documents,
    sum(d.pages)::bigint as pages,
    sum(d.words)::bigint as words,
    round(sum(d.length) / 1048576.0, 2) as megabytes
from jobs_reports.documents d
where d.state = :state
group by 1
order by documents desc, type
