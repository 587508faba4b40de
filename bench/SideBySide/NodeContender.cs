using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Npgsql;

namespace Jobs.Bench.SideBySide;

/// <summary>A peer from npm: a process of its own for each turn, driven through its standard input and output.</summary>
/// <param name="peer">The script in <c>bench/peers</c>.</param>
/// <param name="slots">Jobs at once where a shape does not say.</param>
internal sealed class NodeContender(
    string name,
    string peer,
    string schema,
    bool fast,
    int slots,
    NodePackages packages,
    string connectionString
) : IContender
{
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(30);
    private Process? process;

    public string Name => name;

    public string DatabaseSchema => schema;

    public bool HasHandlers => true;

    public int Factor(Shape shape) => 1;

    public async Task StartAsync(Shape shape)
    {
        var settings = new JsonObject
        {
            ["peer"] = peer,
            ["fast"] = fast,
            ["slots"] = shape.Lanes ?? slots,
            ["lanes"] = shape.Lanes,
        };
        var start = packages.Command("drive.mjs", settings.ToJsonString());
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        SetDatabase(start);
        process =
            Process.Start(start)
            ?? throw new InvalidOperationException($"{Name} could not be started.");
        await ReadAsync();
    }

    public async Task<Work> RunAsync(Shape shape, int items)
    {
        var result = await AskAsync(
            new JsonObject
            {
                ["items"] = items,
                ["batchItems"] = shape.BatchItems,
                ["submitters"] = shape.Submitters,
                ["workMs"] = shape.WorkMs,
            }
        );
        var wrong = result["executedWrongly"]!.GetValue<int>();
        var settled = result["settled"]!.GetValue<int>();
        if (wrong > 0 || settled != items)
        {
            throw new DeliveryException(
                $"{Name}: {wrong} of {items} items not executed exactly once, {settled} settled."
            );
        }
        return new Work(
            TimeSpan.FromSeconds(result["seconds"]!.GetValue<double>()),
            TimeSpan.FromSeconds(result["cpuSeconds"]!.GetValue<double>()),
            result["meanItemMs"]!.GetValue<double>()
        );
    }

    public async Task<IReadOnlyList<double>> PickUpAsync(int jobs)
    {
        var result = await AskAsync(new JsonObject { ["jobs"] = jobs });
        return result["latencies"].Deserialize<double[]>()!;
    }

    public async Task StopAsync()
    {
        process!.StandardInput.Close();
        using var limit = new CancellationTokenSource(LongestStop);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
        }
        process.Dispose();
        process = null;
    }

    private async Task<JsonObject> AskAsync(JsonObject command)
    {
        await process!.StandardInput.WriteLineAsync(command.ToJsonString());
        await process.StandardInput.FlushAsync();
        return await ReadAsync();
    }

    private async Task<JsonObject> ReadAsync()
    {
        var line =
            await process!.StandardOutput.ReadLineAsync()
            ?? throw new InvalidOperationException($"{Name} ended; it says above why.");
        var answer = JsonNode.Parse(line)!.AsObject();
        return answer["error"] is { } error
            ? throw new InvalidOperationException($"{Name}: {error}")
            : answer;
    }

    private void SetDatabase(ProcessStartInfo start)
    {
        var database = new NpgsqlConnectionStringBuilder(connectionString);
        start.Environment["PGHOST"] = database.Host;
        start.Environment["PGPORT"] = $"{database.Port}";
        start.Environment["PGUSER"] = database.Username;
        start.Environment["PGDATABASE"] = database.Database;
        if (database.Password is { } password)
        {
            start.Environment["PGPASSWORD"] = password;
        }
    }
}
