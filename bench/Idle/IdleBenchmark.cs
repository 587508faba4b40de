using Jobs.Bench.Engine;
using Jobs.Bench.Report;
using Jobs.Database;

namespace Jobs.Bench.Idle;

/// <summary>What workers ask of PostgreSQL while there is nothing to do.</summary>
internal static class IdleBenchmark
{
    private const double MostPerSecond = 2;
    private const string Extension = "pg_stat_statements";

    // What a worker does once, when it starts.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(5);

    // PostgreSQL's statistics of a session that does nothing more come within ten seconds.
    private static readonly TimeSpan Reporting = TimeSpan.FromSeconds(11);

    public static async Task<int> RunAsync(string[] args)
    {
        var workers = Arguments.Number(args, 0, 4);
        var seconds = Arguments.Number(args, 1, 30);
        await using var database = await CreateDatabaseAsync();
        var exact = await database.ScalarAsync<bool>(
            "select setting like '%pg_stat_statements%' from pg_settings where name = 'shared_preload_libraries'"
        );
        if (exact)
        {
            await database.ExecuteAsync($"create extension if not exists {Extension}");
        }
        var products = new List<Product>();
        for (var worker = 0; worker < workers; worker++)
        {
            products.Add(await Product.StartAsync(database.ConnectionString));
        }
        var rate = exact
            ? await StatementsAsync(database, workers, seconds)
            : await TransactionsAsync(database, workers, seconds);
        foreach (var product in products)
        {
            await product.DisposeAsync();
        }
        return rate < MostPerSecond ? 0 : 1;
    }

    // The extension comes with PostgreSQL's contrib modules, which not every installation has.
    private static async Task<BenchDatabase> CreateDatabaseAsync()
    {
        try
        {
            return await BenchDatabase.CreateAsync(("shared_preload_libraries", Extension));
        }
        catch (EmbeddedPostgresException)
        {
            return await BenchDatabase.CreateAsync();
        }
    }

    private static async Task<double> StatementsAsync(
        BenchDatabase database,
        int workers,
        int seconds
    )
    {
        await Task.Delay(Settling, TimeProvider.System);
        await database.ExecuteAsync("select pg_stat_statements_reset()");
        await Task.Delay(TimeSpan.FromSeconds(seconds), TimeProvider.System);
        await using var command = database.Raw.CreateCommand(
            """
            select left(regexp_replace(s.query, '\s+', ' ', 'g'), 90), s.calls
            from pg_stat_statements s
            join pg_database d on d.oid = s.dbid and d.datname = current_database()
            where s.query not like '%pg_stat_statements%'
            order by s.calls desc
            """
        );
        await using var row = await command.ExecuteReaderAsync();
        var rows = new List<(string Query, double Rate)>();
        while (await row.ReadAsync())
        {
            rows.Add((row.GetString(0), row.GetInt64(1) / (double)seconds / workers));
        }
        var rate = rows.Sum(r => r.Rate);
        Console.WriteLine(
            $"{workers} idle workers, {seconds} s: {rate:0.00} statements a second each; must be under {MostPerSecond:0}"
        );
        Markdown.Table(
            ["statement", "a second, each worker"],
            rows.Select(r =>
                (IReadOnlyList<string>)[$"`{r.Query.Replace('|', '¦')}`", $"{r.Rate:0.00}"]
            )
        );
        return rate;
    }

    private static async Task<double> TransactionsAsync(
        BenchDatabase database,
        int workers,
        int seconds
    )
    {
        async Task<long> CountAsync() =>
            await database.ScalarAsync<long>(
                "select xact_commit + xact_rollback from pg_stat_database where datname = current_database()"
            );
        await Task.Delay(Reporting, TimeProvider.System);
        var before = await CountAsync();
        await Task.Delay(TimeSpan.FromSeconds(seconds), TimeProvider.System);
        var rate = (await CountAsync() - before) / (double)seconds / workers;
        Console.WriteLine(
            $"{workers} idle workers, {seconds} s: {rate:0.00} transactions a second each (without {Extension} statements cannot be told); must be under {MostPerSecond:0}"
        );
        return rate;
    }
}
