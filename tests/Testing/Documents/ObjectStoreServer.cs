using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace Jobs.Testing.Documents;

/// <summary>A small server that speaks S3, with a bucket <c>jobs</c>, from npm; it ends with its fixture.</summary>
public sealed class ObjectStoreServer : IAsyncLifetime
{
    public const string Bucket = "jobs";

    // Those that the server knows from the start.
    public const string Key = "S3RVER";
    private readonly TestFolder folder = new();
    private Process? process;
    private Task drained = Task.CompletedTask;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public Uri? Address { get; private set; }

    /// <summary>The settings with which originals are kept here.</summary>
    public (string Key, string Value)[] Settings =>
        [
            ("Jobs:Documents:Originals", "S3"),
            ("Jobs:Documents:S3:Bucket", Bucket),
            ("Jobs:Documents:S3:ServiceUrl", Address!.ToString()),
            ("Jobs:Documents:S3:AccessKey", Key),
            ("Jobs:Documents:S3:SecretKey", Key),
        ];

    public async ValueTask InitializeAsync()
    {
        var packages = Packages();
        await InstallAsync(packages);
        var port = HostProcess.FreePort();
        var start = new ProcessStartInfo(
            "node",
            [
                Path.Combine(packages, "node_modules", "s3rver", "bin", "s3rver.js"),
                "--directory",
                folder.Location,
                "--address",
                "127.0.0.1",
                "--port",
                port.ToString(CultureInfo.InvariantCulture),
                "--configure-bucket",
                Bucket,
            ]
        )
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        while (await process.StandardOutput.ReadLineAsync(Stop) is { } line)
        {
            if (line.Contains("listening", StringComparison.OrdinalIgnoreCase))
            {
                // What it says of each request would fill the pipe.
                drained = process.StandardOutput.BaseStream.CopyToAsync(
                    Stream.Null,
                    CancellationToken.None
                );
                Address = new Uri($"http://127.0.0.1:{port}");
                return;
            }
        }
        throw new InvalidOperationException("The object store did not start.");
    }

    /// <summary>Objects that it has.</summary>
    public int Count() =>
        Directory
            .EnumerateFiles(
                Path.Combine(folder.Location, Bucket),
                "*_object",
                SearchOption.AllDirectories
            )
            .Count();

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
            await drained;
            process.Dispose();
        }
        folder.Dispose();
    }

    // Once for a lock file; none of the packages needs a script.
    private static async Task InstallAsync(string packages)
    {
        var locked = await File.ReadAllTextAsync(Path.Combine(packages, "package-lock.json"), Stop);
        var installed = Path.Combine(packages, "node_modules", ".lock-of-the-tests");
        if (File.Exists(installed) && await File.ReadAllTextAsync(installed, Stop) == locked)
        {
            return;
        }
        using var npm = Process.Start(
            new ProcessStartInfo(
                "npm",
                ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
            )
            {
                WorkingDirectory = packages,
                UseShellExecute = false,
            }
        )!;
        await npm.WaitForExitAsync(Stop);
        if (npm.ExitCode != 0)
        {
            throw new InvalidOperationException(
                $"npm could not install the packages of {packages}."
            );
        }
        await File.WriteAllTextAsync(installed, locked, Stop);
    }

    // Beside the sources: tests run from bin/Release/net10.0.
    private static string Packages()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            var packages = Path.Combine(at.FullName, "tests", "ObjectStore");
            if (File.Exists(Path.Combine(packages, "package-lock.json")))
            {
                return packages;
            }
        }
        throw new DirectoryNotFoundException("tests/ObjectStore is not above the program.");
    }
}
