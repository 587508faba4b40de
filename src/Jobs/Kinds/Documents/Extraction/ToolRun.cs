using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Jobs.Kinds.Documents.Extraction;

/// <summary>
/// Runs a program over an untrusted file: for a limited time, with limited memory and processor time where
/// <c>prlimit</c> is installed, without writing files, and not a moment longer than its output is read.
/// </summary>
internal sealed class ToolRun(TimeProvider time)
{
    /// <summary>How long one run may take.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private const long MaxMemory = 1024L * 1024 * 1024;
    private const int MaxErrorOutput = 4096;

    /// <summary>Runs the program and hands its output to <paramref name="read"/> as it comes.</summary>
    /// <exception cref="ItemException">The program is missing, or used up its time or memory.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; the program is dead then.</exception>
    public async Task<ToolResult> RunAsync(
        string program,
        IReadOnlyList<string> arguments,
        Func<StreamReader, CancellationToken, Task> read,
        CancellationToken cancellationToken
    )
    {
        using var deadline = new CancellationTokenSource(Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(
            deadline.Token,
            cancellationToken
        );
        using var process = Start(program, arguments);
        try
        {
            process.StandardInput.Close();
            var errors = ReadErrorsAsync(process.StandardError, either.Token);
            await read(process.StandardOutput, either.Token);
            // Whoever reads may stop early; the program would wait for ever to write the rest.
            process.StandardOutput.Close();
            var message = await errors;
            await process.WaitForExitAsync(either.Token);
            return new ToolResult(process.ExitCode, message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw DocumentErrors.Exception(
                DocumentErrors.TooComplex,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The document took longer than {Timeout.TotalSeconds} s to read."
                )
            );
        }
        finally
        {
            Kill(process);
        }
    }

    private static Process Start(string program, IReadOnlyList<string> arguments)
    {
        var path =
            Find(program)
            ?? throw DocumentErrors.Exception(
                DocumentErrors.PopplerMissing,
                $"PDF is read by poppler, and {program} is not installed on this worker. Install it (Debian: apt-get install poppler-utils) and retry the batch."
            );
        var limiter = Find("prlimit");
        var start = new ProcessStartInfo(limiter ?? path)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = new UTF8Encoding(false),
            StandardErrorEncoding = new UTF8Encoding(false),
            UseShellExecute = false,
            WorkingDirectory = Path.GetTempPath(),
        };
        if (limiter is not null)
        {
            start.ArgumentList.Add($"--as={MaxMemory}");
            start.ArgumentList.Add(
                string.Create(CultureInfo.InvariantCulture, $"--cpu={Timeout.TotalSeconds:0}")
            );
            start.ArgumentList.Add("--fsize=0");
            start.ArgumentList.Add("--core=0");
            start.ArgumentList.Add(path);
        }
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }
        // Secrets of the worker are in its environment; a parser of untrusted input has no business with them.
        start.Environment.Clear();
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment["PATH"] = Environment.GetEnvironmentVariable("PATH");
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw DocumentErrors.Exception(
                DocumentErrors.PopplerMissing,
                $"{path} cannot be started: {e.Message}",
                e
            );
        }
    }

    private static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(directory => Path.Combine(directory, program))
            .FirstOrDefault(File.Exists);

    private static async Task<string> ReadErrorsAsync(StreamReader errors, CancellationToken ct)
    {
        var kept = new StringBuilder();
        var buffer = new char[1024];
        int read;
        while ((read = await errors.ReadAsync(buffer, ct)) > 0)
        {
            kept.Append(buffer, 0, Math.Min(read, MaxErrorOutput - kept.Length));
        }
        return kept.ToString();
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended.
        }
    }
}

/// <summary>How a program ended, and what it had to say about it.</summary>
internal readonly record struct ToolResult(int ExitCode, string Errors);
