using Jobs.Batches;
using Jobs.Bench.Engine;

namespace Jobs.Bench.Backlog;

/// <summary>A database of its own with something waiting, and the time that leases take in it.</summary>
internal sealed class Queue : IAsyncDisposable
{
    private const int PageItems = 500;
    private const int WarmUps = 20;
    private readonly BenchDatabase database;
    private readonly Product product;
    private readonly LeaseProbe probe;
    private readonly int[] tenants;
    private readonly Priority[] priorities;
    private int next;

    private Queue(
        string name,
        BenchDatabase database,
        Product product,
        LeaseProbe probe,
        int[] tenants,
        Priority[] priorities
    )
    {
        Name = name;
        this.database = database;
        this.product = product;
        this.probe = probe;
        this.tenants = tenants;
        this.priorities = priorities;
    }

    public string Name { get; }

    public List<double> Times { get; } = [];

    /// <summary>Fills it with so many batches of so many chunks, in turns over tenants and priorities.</summary>
    public static async Task<Queue> FillAsync(
        BenchDatabase server,
        Variant variant,
        string name,
        int batches,
        int chunks
    )
    {
        var database = await server.BesideAsync(
            string.Concat(name.Where(char.IsAsciiLetter)).ToLowerInvariant()
        );
        await database.ExecuteAsync(
            $"insert into jobs.tenants (name) select 'tenant-' || n from generate_series(1, {variant.Tenants}) n"
        );
        var tenants = await database.ScalarAsync<int[]>(
            "select array_agg(id order by id) from jobs.tenants where name like 'tenant-%'"
        );
        var queue = new Queue(
            name,
            database,
            await Product.StartAsync(database.ConnectionString, working: false),
            await LeaseProbe.OpenAsync(database),
            tenants,
            variant.Priorities
        );
        // Workers live longer than queues: their plans were made when there was next to nothing.
        for (var i = 0; i < WarmUps; i++)
        {
            await queue.LeaseAsync(1);
        }
        for (var batch = 0; batch < batches; batch++)
        {
            await queue.SubmitAsync(chunks);
        }
        await database.ExecuteAsync("vacuum analyze jobs.chunks, jobs.batches");
        for (var i = 0; i < WarmUps; i++)
        {
            await queue.LeaseAsync(1);
        }
        return queue;
    }

    /// <summary>Hands in what is then leased, so that as much waits as before.</summary>
    public async Task<double> LeaseAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            await SubmitAsync(1);
        }
        return await probe.LeaseAsync(count);
    }

    public async Task<(long Buffers, string Plan)> ExplainAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            await SubmitAsync(1);
        }
        return await probe.ExplainAsync(count);
    }

    public async ValueTask DisposeAsync()
    {
        await probe.DisposeAsync();
        await product.DisposeAsync();
        await database.DisposeAsync();
    }

    private Task SubmitAsync(int chunks)
    {
        var turn = next++;
        return product.SubmitAsync(
            tenants[turn % tenants.Length],
            priorities[turn / tenants.Length % priorities.Length],
            chunks * PageItems
        );
    }
}

/// <summary>Whose a backlog is.</summary>
internal sealed record Variant(string Name, int Tenants, Priority[] Priorities)
{
    public int Queues => Tenants * Priorities.Length;
}
