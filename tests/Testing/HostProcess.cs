using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Reflection;

namespace Jobs.Testing;

/// <summary>A host, such as Web or Worker, as it is deployed: a process of its own that can be killed.</summary>
public sealed class HostProcess : IDisposable
{
    private readonly Process process;

    private HostProcess(Process process) => this.process = process;

    public int Id => process.Id;

    public static HostProcess Start(
        string program,
        string dataDirectory,
        params (string Name, string Value)[] settings
    )
    {
        // Built beside the tests: their outputs hold the programs that they refer to.
        var folder = Path.GetDirectoryName(Assembly.GetExecutingAssembly().Location)!;
        var start = new ProcessStartInfo("dotnet", [Path.Combine(folder, $"Jobs.{program}.dll")])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
            Environment =
            {
                ["Jobs__DataDirectory"] = dataDirectory,
                ["Jobs__Engine__LeaseTime"] = "00:00:02",
                ["Jobs__Engine__BackoffBase"] = "00:00:00.2",
                ["Jobs__Engine__PollInterval"] = "00:00:01",
                ["DOTNET_ENVIRONMENT"] = "Production",
                ["ASPNETCORE_ENVIRONMENT"] = "Production",
            },
        };
        start.Environment.Remove("ConnectionStrings__Jobs");
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }
        var started = new HostProcess(Process.Start(start)!);
        started.process.OutputDataReceived += (_, line) => started.Keep(line.Data);
        started.process.ErrorDataReceived += (_, line) => started.Keep(line.Data);
        started.process.BeginOutputReadLine();
        started.process.BeginErrorReadLine();
        return started;
    }

    /// <summary>A port that nobody listened on a moment ago.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>The last lines that it wrote, for the message of a failed test.</summary>
    public string Output
    {
        get
        {
            lock (lines)
            {
                return string.Join('\n', lines);
            }
        }
    }

    /// <summary>Waits until it ends by itself; its exit code, 128 and the signal's number where one killed it.</summary>
    public async Task<int> ExitAsync(CancellationToken cancellationToken)
    {
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode;
    }

    /// <summary>SIGKILL: no handler runs, nothing is flushed.</summary>
    public async Task KillAsync(CancellationToken cancellationToken)
    {
        process.Kill();
        await process.WaitForExitAsync(cancellationToken);
    }

    /// <summary>SIGTERM: it stops by itself; its exit code.</summary>
    public async Task<int> TerminateAsync(CancellationToken cancellationToken)
    {
        using (
            var kill = Process.Start(
                "kill",
                ["-TERM", Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]
            )
        )
        {
            await kill.WaitForExitAsync(cancellationToken);
        }
        return await ExitAsync(cancellationToken);
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill();
            process.WaitForExit();
        }
        process.Dispose();
    }

    /// <summary>All that it wrote.</summary>
    public IReadOnlyList<string> Everything
    {
        get
        {
            lock (lines)
            {
                return [.. everything];
            }
        }
    }

    private readonly Queue<string> lines = new();
    private readonly List<string> everything = [];

    private readonly TaskCompletionSource<string> signInLink = new(
        TaskCreationOptions.RunContinuationsAsynchronously
    );

    /// <summary>The link that Web prints once it listens.</summary>
    public Task<string> SignInLinkAsync(CancellationToken cancellationToken) =>
        signInLink.Task.WaitAsync(cancellationToken);

    private void Keep(string? line)
    {
        if (line is null)
        {
            return;
        }
        if (
            line.IndexOf("http", StringComparison.Ordinal) is >= 0 and var at
            && line.Contains("/sign-in?code=", StringComparison.Ordinal)
        )
        {
            signInLink.TrySetResult(line[at..].Trim());
        }
        lock (lines)
        {
            everything.Add(line);
            lines.Enqueue(line);
            if (lines.Count > 60)
            {
                lines.Dequeue();
            }
        }
    }
}
