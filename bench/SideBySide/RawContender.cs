using Jobs.Bench.Engine;

namespace Jobs.Bench.SideBySide;

/// <summary>The limit: packed pages and hand-written statements, without any product.</summary>
internal sealed class RawContender(BenchDatabase database) : IContender
{
    public string Name => "raw-SQL limit";

    public string DatabaseSchema => "raw";

    public bool HasHandlers => false;

    public int Factor(Shape shape) => shape.BatchItems >= 10_000 ? 5 : 1;

    public async Task StartAsync(Shape shape)
    {
        if (!await database.ScalarAsync<bool>("select to_regnamespace('raw') is not null"))
        {
            await RawLimit.CreateAsync(database.Raw);
        }
    }

    public async Task<Work> RunAsync(Shape shape, int items)
    {
        await database.ExecuteAsync("truncate raw.pages, raw.outcomes, raw.batches, raw.chunks");
        var cpu = Environment.CpuUsage.TotalTime;
        var elapsed = await RawLimit.RunAsync(
            database.Raw,
            items,
            shape.BatchItems,
            shape.Submitters
        );
        cpu = Environment.CpuUsage.TotalTime - cpu;
        var settled = await database.ScalarAsync<long>(
            "select coalesce(sum(succeeded), 0) from raw.outcomes"
        );
        var left = await database.ScalarAsync<long>("select count(*) from raw.chunks");
        return settled == items && left == 0
            ? new Work(elapsed, cpu, 0)
            : throw new DeliveryException(
                $"{Name}: {settled} of {items} settled, {left} chunks left."
            );
    }

    public Task<IReadOnlyList<double>> PickUpAsync(int jobs) => throw new NotSupportedException();

    public Task StopAsync() => Task.CompletedTask;
}
