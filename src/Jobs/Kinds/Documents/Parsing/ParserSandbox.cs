using System.Diagnostics;
using System.Globalization;
using Jobs.Database;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Jobs.Kinds.Documents.Parsing;

/// <summary>
/// What a parser may do: nothing on the network, as a user without rights where we are root, with bounded memory,
/// files and processes. What a machine does not have is left out and said in the log. Thread-safe.
/// </summary>
internal sealed class ParserSandbox : IDisposable
{
    // Numbers that nobody has an account for, so that what runs as one of them owns nothing.
    private const int FirstUser = 62_000;
    private const int Users = 1_000;
    private const long MaxFile = 640L * 1024 * 1024;
    private const long Megabyte = 1024 * 1024;

    // Threads and stacks of the runtime, and what libraries take outside of its heap.
    private const long RuntimeMemory = 768 * Megabyte;
    private readonly ILogger<ParserSandbox> log;
    private readonly int memory;
    private readonly int user = FirstUser + (Environment.ProcessId % Users);
    private readonly Lock gate = new();
    private Task<IReadOnlyList<string>>? prefix;
    private string program = ParserFiles.Program;

    public ParserSandbox(IOptions<DocumentOptions> options, ILogger<ParserSandbox> log)
    {
        this.log = log;
        memory = options.Value.ParserMemory;
    }

    private static bool IsRoot => Environment.IsPrivilegedProcess;

    /// <summary>The command that starts a parser which may write to <paramref name="folder"/>.</summary>
    public async Task<ProcessStartInfo> CommandAsync(string folder)
    {
        var isolated = await PrefixAsync();
        string[] command = [.. isolated, ParserFiles.Runtime, program, folder];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = folder,
        };
        // Secrets of the worker are in its environment; a parser of untrusted input has no business with them.
        start.Environment.Clear();
        start.Environment["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin";
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment["HOME"] = folder;
        start.Environment["TMPDIR"] = folder;
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        start.Environment["DOTNET_TieredPGO"] = "0";
        start.Environment["DOTNET_GCHeapHardLimit"] = (memory * Megabyte).ToString(
            "X",
            CultureInfo.InvariantCulture
        );
        return start;
    }

    /// <summary>Hands a folder to the user whom parsers run as.</summary>
    public void Give(string folder)
    {
        if (IsRoot && PostgresTool.OnPath("setpriv") is not null)
        {
            PosixCalls.Give(folder, user, user);
        }
    }

    public void Dispose()
    {
        if (program != ParserFiles.Program)
        {
            Directory.Delete(Path.GetDirectoryName(program)!, recursive: true);
        }
    }

    private Task<IReadOnlyList<string>> PrefixAsync()
    {
        lock (gate)
        {
            return prefix ??= FindAsync();
        }
    }

    // Tried and not assumed: containers mostly forbid new namespaces.
    private async Task<IReadOnlyList<string>> FindAsync()
    {
        string[][] networks = IsRoot
            ?
            [
                ["unshare", "--net", "--ipc"],
            ]
            :
            [
                ["unshare", "--map-current-user", "--net", "--ipc"],
                ["unshare", "--map-root-user", "--net", "--ipc"],
            ];
        var network = await FirstThatWorksAsync(networks);
        string[][] users = IsRoot
            ?
            [
                [
                    "setpriv",
                    Text($"--reuid={user}"),
                    Text($"--regid={user}"),
                    "--clear-groups",
                    "--no-new-privs",
                    "--inh-caps=-all",
                    "--bounding-set=-all",
                ],
            ]
            :
            [
                ["setpriv", "--no-new-privs"],
            ];
        var account = await FirstThatWorksAsync(users);
        string[][] bounds =
        [
            [
                "prlimit",
                Text($"--data={(memory * Megabyte) + RuntimeMemory}"),
                Text($"--fsize={MaxFile}"),
                "--nofile=256",
                "--core=0",
                IsRoot ? "--nproc=256" : "--nproc=4096",
            ],
        ];
        var limits = await FirstThatWorksAsync(bounds);
        if (account.Length > 0 && IsRoot && !await WorksAsync([.. account, "test", "-r", program]))
        {
            program = ParserFiles.Copy();
        }
        string[] all = [.. network, .. account, .. limits];
        Say(network.Length > 0, account.Length > 0, limits.Length > 0);
        return all;
    }

    private void Say(bool network, bool account, bool limits)
    {
        ParserLog.Sandbox(
            log,
            !IsRoot ? "ours"
                : account ? Text($"{user}")
                : "root",
            network ? "none" : "ours",
            limits ? "set" : "not set"
        );
        if (!network)
        {
            ParserLog.SandboxIncomplete(
                log,
                "new network namespaces are not allowed or unshare is missing; parsers refuse sockets themselves"
            );
        }
        if ((IsRoot && !account) || !limits)
        {
            ParserLog.SandboxIncomplete(log, "setpriv or prlimit is missing (Debian: util-linux)");
        }
    }

    private static async Task<string[]> FirstThatWorksAsync(string[][] candidates)
    {
        foreach (var candidate in candidates)
        {
            if (
                PostgresTool.OnPath(candidate[0]) is not null
                && await WorksAsync([.. candidate, "true"])
            )
            {
                return candidate;
            }
        }
        return [];
    }

    private static async Task<bool> WorksAsync(string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            UseShellExecute = false,
            WorkingDirectory = "/",
        };
        var (exitCode, _) = await PostgresTool.RunAsync(start, CancellationToken.None);
        return exitCode == 0;
    }

    private static string Text(FormattableString text) =>
        text.ToString(CultureInfo.InvariantCulture);
}
