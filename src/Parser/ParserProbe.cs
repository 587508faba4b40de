using System.Net.Sockets;

namespace Jobs.Parser;

/// <summary>Says what a parser may do where it is started, for operators and tests: it tries.</summary>
internal static class ParserProbe
{
    private static readonly string[] Limits =
    [
        "Max data size",
        "Max file size",
        "Max open files",
        "Max processes",
        "Max core file size",
    ];

    /// <summary>A line for each thing.</summary>
    public static async Task WriteAsync(TextWriter output)
    {
        await output.WriteLineAsync(
            $"socket: {Try(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp).Dispose())}"
        );
        await output.WriteLineAsync(
            $"local socket: {Try(() => new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified).Dispose())}"
        );
        await output.WriteLineAsync(
            $"write elsewhere: {Try(() => File.WriteAllText("/var/jobs-parser-probe", ""))}"
        );
        await output.WriteLineAsync(
            $"environment: {string.Join(' ', Environment.GetEnvironmentVariables().Keys.Cast<string>().Order(StringComparer.Ordinal))}"
        );
        foreach (var line in await File.ReadAllLinesAsync("/proc/self/status"))
        {
            if (
                line.StartsWith("Uid:", StringComparison.Ordinal)
                || line.StartsWith("CapEff:", StringComparison.Ordinal)
                || line.StartsWith("NoNewPrivs:", StringComparison.Ordinal)
                || line.StartsWith("Seccomp:", StringComparison.Ordinal)
            )
            {
                await output.WriteLineAsync(line.Replace('\t', ' '));
            }
        }
        foreach (var line in await File.ReadAllLinesAsync("/proc/self/limits"))
        {
            if (Array.Exists(Limits, l => line.StartsWith(l, StringComparison.Ordinal)))
            {
                await output.WriteLineAsync(
                    string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                );
            }
        }
    }

    private static string Try(Action action)
    {
        try
        {
            action();
            return "allowed";
        }
        catch (Exception e)
            when (e is SocketException or UnauthorizedAccessException or IOException)
        {
            return "refused";
        }
    }
}
