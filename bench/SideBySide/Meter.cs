using Jobs.Bench.Engine;

namespace Jobs.Bench.SideBySide;

/// <summary>Measures one turn of a contender.</summary>
internal sealed class Meter(BenchDatabase database, ServerProcesses server)
{
    // Enough for a process that has just started; what .NET needs to optimise its code is run before all turns.
    private const int WarmUpItems = 2_000;
    private const int Jobs = 300;
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    public async Task<Sample> ThroughputAsync(IContender contender, Shape shape)
    {
        var items = shape.Items * contender.Factor(shape);
        var warmUp = Math.Min(items, WarmUpItems);
        var dead = await DeadAsync(contender);
        await contender.StartAsync(shape);
        await contender.RunAsync(shape, warmUp);
        var wal = await WalAsync();
        var cpu = server.CpuTime();
        var work = await contender.RunAsync(shape, items);
        var cpuAfter = server.CpuTime();
        var walAfter = await WalAsync();
        await contender.StopAsync();
        return new Sample(
            items / work.Elapsed.TotalSeconds,
            (walAfter - wal) / items,
            (await DeadAsync(contender) - dead) / (items + warmUp),
            work.ClientCpu.TotalMicroseconds / items,
            (cpuAfter - cpu)?.TotalMicroseconds / items,
            work.MeanItemMs
        );
    }

    /// <summary>p50 and p99 in milliseconds.</summary>
    public static async Task<(double Median, double Worst)> PickUpAsync(
        IContender contender,
        Shape single
    )
    {
        await contender.StartAsync(single);
        await contender.PickUpAsync(Jobs / 2);
        var sorted = (await contender.PickUpAsync(Jobs)).Order().ToList();
        await contender.StopAsync();
        return (sorted[sorted.Count / 2], sorted[sorted.Count * 99 / 100]);
    }

    private async Task<double> WalAsync() =>
        (double)await database.ScalarAsync<decimal>("select pg_current_wal_insert_lsn() - '0/0'");

    // Every update and every deletion leaves a dead row version, whether vacuum has been there or not. A backend
    // reports when it ends, so nobody may be connected for the contender any more.
    private async Task<double> DeadAsync(IContender contender)
    {
        database.Raw.Clear();
        while (
            await database.ScalarAsync<long>(
                "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'"
            ) > 0
        )
        {
            await Task.Delay(Poll, TimeProvider.System);
        }
        return (double)
            await database.ScalarAsync<decimal>(
                "select coalesce(sum(n_tup_upd + n_tup_del), 0) from pg_stat_user_tables where schemaname = $1",
                contender.DatabaseSchema
            );
    }
}

/// <summary>What was measured in one turn; all but the rate is per item.</summary>
internal sealed record Sample(
    double Rate,
    double Wal,
    double Dead,
    double ClientCpu,
    double? ServerCpu,
    double MeanItemMs
);
