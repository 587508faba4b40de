using Jobs.Bench.Backlog;
using Jobs.Bench.Cache;
using Jobs.Bench.Chaos;
using Jobs.Bench.Dashboard;
using Jobs.Bench.Documents;
using Jobs.Bench.Engine;
using Jobs.Bench.Horizon;
using Jobs.Bench.Idle;
using Jobs.Bench.Limits;
using Jobs.Bench.Load;
using Jobs.Bench.Metrics;
using Jobs.Bench.Search;
using Jobs.Bench.SideBySide;
using Jobs.Bench.Submit;

return args switch
{
    ["engine", .. var rest] => await EngineBenchmark.RunAsync(rest),
    ["engines", .. var rest] => await EnginesBenchmark.RunAsync(rest),
    ["latency", .. var rest] => await LatencyBenchmark.RunAsync(rest),
    ["triggers", .. var rest] => await TriggersBenchmark.RunAsync(rest),
    ["chaos", .. var rest] => await ChaosBenchmark.RunAsync(rest),
    ["submit", .. var rest] => await SubmitBenchmark.RunAsync(rest),
    ["peers", .. var rest] => await PeersBenchmark.RunAsync(rest),
    ["backlog", .. var rest] => await BacklogBenchmark.RunAsync(rest),
    ["horizon", .. var rest] => await HorizonBenchmark.RunAsync(rest),
    ["search", .. var rest] => await SearchBenchmark.RunAsync(rest),
    ["search-relevance", .. var rest] => await RelevanceBenchmark.RunAsync(rest),
    ["idle", .. var rest] => await IdleBenchmark.RunAsync(rest),
    ["documents", .. var rest] => await DocumentsBenchmark.RunAsync(rest),
    ["documents-memory", .. var rest] => await UploadMemoryBenchmark.RunAsync(rest),
    ["limits", .. var rest] => await LimitsBenchmark.RunAsync(rest),
    ["dashboard", .. var rest] => await DashboardBenchmark.RunAsync(rest),
    ["load", .. var rest] => await LoadBenchmark.RunAsync(rest),
    ["metrics", ..] => await MetricsBenchmark.RunAsync(),
    ["metrics-engine", .. var rest] => await MeasuredEngineBenchmark.RunAsync(rest),
    ["cache", .. var rest] => await CacheBenchmark.RunAsync(rest),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine(
        """
        ./bench/run engine [items] [runs]    product against the packed raw-SQL limit; default 200000 items, 5 runs
        ./bench/run [--hangfire] engines [items] [jobs] [runs]    the engines of this build in turns: large batches, batches of one item, and latency; default 100000 items, 1000 jobs, 3 runs
        ./bench/run latency [jobs] [runs]    from submission of a single-item batch to its handler; default 500 jobs, 3 runs
        ./bench/run triggers [items] [singles] [runs]       what the triggers on batches cost: all, without tallies, without notifications, in turns; default 200000 items, 5000 singles, 5 runs
        ./bench/run submit [clients] [seconds] [runs]    batches of one item over HTTP, with shared commits and with one each; default 64 clients, 10 s, 3 runs
        ./bench/run chaos [items] [seconds] [seed]    kills, restarts and cuts everything; default 500000 items, 60 s
        ./bench/run peers [items] [runs] [--plot file] [--only shape]  beside the raw-SQL limit, graphile-worker and pg-boss; default 100000 items, 3 runs
        ./bench/run backlog [batches] [chunksPerBatch]      how long a lease takes with much waiting; default 1000 batches of 2 chunks of 500 items
        ./bench/run horizon [items] [singles]               under an open transaction that keeps dead rows alive; default 500000 items, 20000 singles
        ./bench/run documents [files] [runs]                documents from upload to outcome, warm parsers beside a process a file and the programs alone; default 350, 3 runs
        ./bench/run documents-memory [files]                how much the service grows under files of 50 MB in one request; default 50
        ./bench/run search [passages] [queries] [--no-raw] [--pause] [--only kept]   searches new, kept, single and in batches, while documents come and go, beside the statements alone and ts_rank; default 100000 passages, 200 queries
        ./bench/run search-relevance folder [--run file] [--seeds n]    nDCG@10 on a collection with judgements (docs.jsonl, queries.jsonl, qrels.tsv), as it is and with a mistake in a word of each query
        ./bench/run idle [workers] [seconds]                statements of workers that have nothing to do; default 4 workers, 30 seconds
        ./bench/run limits [seconds] [nodes]                rate limits: a decision, shared budgets, changes, an outage; default 5 s, 4 nodes
        ./bench/run dashboard [items]                       the dashboard's data where there are many items; default 10000000
        ./bench/run load [steady|burst|soak] [--rate n] [--seconds n] [--update] [--url address --key key]    all that callers do, over HTTP, to a service of its own or to a running one; a score card, and ratios beside the stored ones; default all three, 80 requests a second, 20 seconds (a soak 240)
        ./bench/run metrics                                 what it costs to count a request, a scrape of /metrics, and 100000 requests that have nothing in common
        ./bench/run metrics-engine [items] [runs]           the engine with and without being measured, in turns; default 200000 items, 7 runs
        ./bench/run cache [runs] [--only ratio|memory|shared|cluster]    hit ratios, hits in memory, the shared tier, several processes; default 5 runs

        ConnectionStrings__Jobs names a server on which databases may be made; without it one is started.
        chaos always starts its own.
        """
    );
    return 2;
}
