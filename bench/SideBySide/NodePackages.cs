using System.ComponentModel;
using System.Diagnostics;

namespace Jobs.Bench.SideBySide;

/// <summary>The peers' packages, in the pinned versions of their lock file; installed when they are missing or others.</summary>
internal sealed class NodePackages
{
    private readonly string folder;
    private readonly string node;

    private NodePackages(string folder, string node)
    {
        this.folder = folder;
        this.node = node;
    }

    /// <summary>Installs what is not there yet.</summary>
    /// <exception cref="PeersMissingException">They cannot be had; the message says what to do.</exception>
    public static async Task<NodePackages> InstallAsync()
    {
        var folder = Folder();
        var locked = Path.Combine(folder, "package-lock.json");
        var installed = Path.Combine(folder, "node_modules", ".lock-of-the-bench");
        var wanted = await File.ReadAllTextAsync(locked);
        if (!File.Exists(installed) || await File.ReadAllTextAsync(installed) != wanted)
        {
            // Of the packages none needs a script: whatever one would do is left undone.
            await RunAsync(
                folder,
                "npm",
                "ci",
                "--ignore-scripts",
                "--no-audit",
                "--no-fund",
                "--loglevel=error"
            );
            await File.WriteAllTextAsync(installed, wanted);
        }
        return new(folder, Node(folder));
    }

    public ProcessStartInfo Command(params IEnumerable<string> arguments) =>
        new(node, arguments) { WorkingDirectory = folder };

    // The packages want a newer Node.js than many systems have, so it is among them.
    private static string Node(string folder)
    {
        var own = Directory
            .EnumerateDirectories(Path.Combine(folder, "node_modules"), "node-*-*")
            .Select(package => Path.Combine(package, "bin", "node"))
            .FirstOrDefault(File.Exists);
        return own ?? "node";
    }

    // Beside the sources: the program runs from bin/Release/net10.0.
    private static string Folder()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            var folder = Path.Combine(at.FullName, "peers");
            if (File.Exists(Path.Combine(folder, "package-lock.json")))
            {
                return folder;
            }
        }
        throw new PeersMissingException("bench/peers is not there: run ./bench/run in a clone.");
    }

    private static async Task RunAsync(string folder, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder };
        try
        {
            using var process = Process.Start(start);
            await process!.WaitForExitAsync();
            if (process.ExitCode != 0)
            {
                throw new PeersMissingException(
                    $"'{program} {string.Join(' ', arguments)}' failed in {folder}; it says above why."
                );
            }
        }
        catch (Win32Exception missing)
        {
            throw new PeersMissingException(
                "The peers come from npm, which is not installed: install Node.js 20 or newer with npm (Debian: apt install nodejs npm).",
                missing
            );
        }
    }
}

/// <summary>The peers cannot be had; the message says what to do.</summary>
internal sealed class PeersMissingException(string message, Exception? inner = null)
    : Exception(message, inner);
