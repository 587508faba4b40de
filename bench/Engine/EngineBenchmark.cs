using System.Globalization;
using Jobs.Bench.SideBySide;

namespace Jobs.Bench.Engine;

/// <summary>No-op items from submission to their outcome: the product beside the raw limit, in turns, on one server.</summary>
internal static class EngineBenchmark
{
    private const int BatchItems = 100_000;

    public static async Task<int> RunAsync(string[] args)
    {
        var items = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 200_000;
        var runs = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 5;
        await using var database = await BenchDatabase.CreateAsync();
        await RawLimit.CreateAsync(database.Raw);
        await using var product = await Product.StartAsync(database.ConnectionString);

        await WarmUp.RunAsync(
            WarmUp.Enough,
            () => RawLimit.RunAsync(database.Raw, items, BatchItems)
        );
        await WarmUp.RunAsync(WarmUp.Enough, () => product.RunAsync(items, BatchItems));

        var server = await ServerProcesses.FindAsync(database);
        var limits = new List<double>();
        var products = new List<double>();
        Console.WriteLine(
            $"{items:N0} no-op items, batches of {BatchItems:N0}, {runs} runs in turns"
        );
        Console.WriteLine(
            "run  limit items/s  WAL B/item  CPU us/item  of PostgreSQL  product items/s  WAL B/item  CPU us/item  of PostgreSQL"
        );
        for (var run = 1; run <= runs; run++)
        {
            var limit = await MeasureAsync(
                database,
                server,
                items,
                () => RawLimit.RunAsync(database.Raw, items, BatchItems)
            );
            var own = await MeasureAsync(
                database,
                server,
                items,
                () => product.RunAsync(items, BatchItems)
            );
            limits.Add(limit.Rate);
            products.Add(own.Rate);
            Console.WriteLine(
                $"{run, 3}  {limit.Rate, 13:N0}  {limit.Wal, 10:N0}  {limit.Cpu, 11:0.00}  {limit.ServerCpu, 13:0.00}  {own.Rate, 15:N0}  {own.Wal, 10:N0}  {own.Cpu, 11:0.00}  {own.ServerCpu, 13:0.00}"
            );
        }
        await CheckAsync(database);
        Console.WriteLine($"median limit   {Median(limits):N0} items/s");
        Console.WriteLine($"median product {Median(products):N0} items/s");
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"ratio {Median(products) / Median(limits):0.000}"
            )
        );
        return 0;
    }

    private static async Task<Sample> MeasureAsync(
        BenchDatabase database,
        ServerProcesses server,
        int items,
        Func<Task<TimeSpan>> run
    )
    {
        var before = await database.ScalarAsync<decimal>(
            "select pg_current_wal_insert_lsn() - '0/0'"
        );
        var cpu = Environment.CpuUsage.TotalTime;
        var serverCpu = server.CpuTime();
        var elapsed = await run();
        serverCpu = server.CpuTime() - serverCpu;
        cpu = Environment.CpuUsage.TotalTime - cpu;
        var after = await database.ScalarAsync<decimal>(
            "select pg_current_wal_insert_lsn() - '0/0'"
        );
        return new(
            items / elapsed.TotalSeconds,
            (double)(after - before) / items,
            cpu.TotalMicroseconds / items,
            serverCpu?.TotalMicroseconds / items
        );
    }

    // Exactly one outcome an item, nothing left in flight, and what the product leaves dead.
    private static async Task CheckAsync(BenchDatabase database)
    {
        var wrong = await database.ScalarAsync<long>(
            """
            select count(*) from jobs.batches b
            where b.state <> 'completed' or b.succeeded <> b.total
                or b.total <> (select sum(o.succeeded) from jobs.outcome_pages o where o.batch_id = b.id)
            """
        );
        var left = await database.ScalarAsync<long>("select count(*) from jobs.chunks");
        await database.ScalarAsync<object>("select pg_stat_force_next_flush()");
        var dead = await database.ScalarAsync<decimal>(
            "select sum(n_dead_tup) from pg_stat_user_tables where schemaname = 'jobs'"
        );
        Console.WriteLine(
            $"delivery check: {wrong} batches wrong, {left} chunks left; dead tuples {dead}"
        );
        if (wrong > 0 || left > 0)
        {
            throw new InvalidOperationException("Items were lost or doubled.");
        }
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }

    // Of one turn; the processor time is this process's and that of PostgreSQL, where it can be told.
    private readonly record struct Sample(double Rate, double Wal, double Cpu, double? ServerCpu);
}
