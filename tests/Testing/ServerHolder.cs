using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using Jobs.Database;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Jobs.Testing;

/// <summary>The test program once more, as a process that holds a server and can be killed.</summary>
public static class ServerHolder
{
    private const string Variable = "JOBS_TEST_HOLD_SERVER";

    public static Process Start(string folder)
    {
        var program = Environment.ProcessPath!;
        // Under `dotnet X.dll` the program is dotnet, and we are its first argument.
        string[] arguments =
            Path.GetFileName(program) == "dotnet" ? [Assembly.GetEntryAssembly()!.Location] : [];
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            Environment = { [Variable] = folder },
        };
        return Process.Start(start)!;
    }

    /// <summary>The id of the server's process, once it has committed a table <c>kept</c>.</summary>
    public static async Task<int> ServerOfAsync(Process holder, CancellationToken cancellationToken)
    {
        var line = await holder.StandardOutput.ReadLineAsync(cancellationToken);
        return int.Parse(line!, CultureInfo.InvariantCulture);
    }

    /// <summary>
    /// Turns this process into a holder where it was started as one, and never returns then. For the module
    /// initializer of a test program, whose own code cannot run on other threads before it has returned.
    /// </summary>
    public static void HoldWhenAsked()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } folder)
        {
            Task.Run(() => HoldAsync(folder, CancellationToken.None), CancellationToken.None)
                .Wait(CancellationToken.None);
        }
    }

    private static async Task HoldAsync(string folder, CancellationToken ct)
    {
        await using var server = await EmbeddedPostgres.StartAsync(
            new EmbeddedPostgresOptions { DataDirectory = folder },
            NullLogger.Instance,
            TimeProvider.System,
            ct
        );
        await using var connection = new NpgsqlConnection(server.ConnectionString);
        await connection.OpenAsync(ct);
        await using var command = new NpgsqlCommand(
            "create table kept as select 42 as answer",
            connection
        );
        await command.ExecuteNonQueryAsync(ct);
        Console.WriteLine(server.ProcessId);
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, ct);
    }
}
