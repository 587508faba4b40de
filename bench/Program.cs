using Jobs.Bench.Backlog;
using Jobs.Bench.Cache;
using Jobs.Bench.Chaos;
using Jobs.Bench.Engine;
using Jobs.Bench.Horizon;
using Jobs.Bench.Idle;
using Jobs.Bench.Search;
using Jobs.Bench.SideBySide;
using Jobs.Bench.Submit;

return args switch
{
    ["engine", .. var rest] => await EngineBenchmark.RunAsync(rest),
    ["latency", .. var rest] => await LatencyBenchmark.RunAsync(rest),
    ["chaos", .. var rest] => await ChaosBenchmark.RunAsync(rest),
    ["submit", .. var rest] => await SubmitBenchmark.RunAsync(rest),
    ["peers", .. var rest] => await PeersBenchmark.RunAsync(rest),
    ["backlog", .. var rest] => await BacklogBenchmark.RunAsync(rest),
    ["horizon", .. var rest] => await HorizonBenchmark.RunAsync(rest),
    ["search", .. var rest] => await SearchBenchmark.RunAsync(rest),
    ["idle", .. var rest] => await IdleBenchmark.RunAsync(rest),
    ["cache", .. var rest] => await CacheBenchmark.RunAsync(rest),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine(
        """
        ./bench/run engine [items] [runs]    product against the packed raw-SQL limit; default 200000 items, 5 runs
        ./bench/run latency [jobs] [runs]    from submission of a single-item batch to its handler; default 500 jobs, 3 runs
        ./bench/run submit [clients] [seconds] [runs]    batches of one item over HTTP, with shared commits and with one each; default 64 clients, 10 s, 3 runs
        ./bench/run chaos [items] [seconds] [seed]    kills, restarts and cuts everything; default 500000 items, 60 s
        ./bench/run peers [items] [runs] [--plot file] [--only shape]  beside the raw-SQL limit, graphile-worker and pg-boss; default 100000 items, 3 runs
        ./bench/run backlog [batches] [chunksPerBatch]      how long a lease takes with much waiting; default 1000 batches of 2 chunks of 500 items
        ./bench/run horizon [items] [singles]               under an open transaction that keeps dead rows alive; default 500000 items, 20000 singles
        ./bench/run search [passages] [queries] [--no-raw]   searches single and in batches, beside ts_rank; default 100000 passages, 200 queries
        ./bench/run idle [workers] [seconds]                statements of workers that have nothing to do; default 4 workers, 30 seconds
        ./bench/run cache [runs] [--only ratio|memory|shared|cluster]    hit ratios, hits in memory, the shared tier, several processes; default 5 runs

        ConnectionStrings__Jobs names a server on which databases may be made; without it one is started.
        chaos always starts its own.
        """
    );
    return 2;
}
