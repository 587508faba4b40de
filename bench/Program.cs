using Jobs.Bench.Chaos;
using Jobs.Bench.Engine;

return args switch
{
    ["engine", .. var rest] => await EngineBenchmark.RunAsync(rest),
    ["latency", .. var rest] => await LatencyBenchmark.RunAsync(rest),
    ["chaos", .. var rest] => await ChaosBenchmark.RunAsync(rest),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine(
        """
        ./bench/run engine [items] [runs]    product against the packed raw-SQL limit; default 200000 items, 5 runs
        ./bench/run latency [jobs] [runs]    from submission of a single-item batch to its handler; default 500 jobs, 3 runs
        ./bench/run chaos [items] [seconds] [seed]    kills, restarts and cuts everything; default 500000 items, 60 s

        ConnectionStrings__Jobs names a server on which databases may be made; without it one is started.
        chaos always starts its own.
        """
    );
    return 2;
}
