using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Jobs.Parser.Protocol;

namespace Jobs.Parser.Tools;

/// <summary>
/// Runs a program over an untrusted file, within the limits that the parser itself runs in, with less memory and
/// processor time where <c>prlimit</c> is installed, and not a moment longer than its output is read.
/// </summary>
internal static class ToolRun
{
    // poppler's exit code where the document's owner forbids the extraction of text.
    private const int Forbidden = 3;
    private const int MaxProcessorSeconds = 120;
    private const int MaxFileBytes = 64 * 1024 * 1024;
    private const long MaxMemory = 1024L * 1024 * 1024;
    private const int MaxErrorOutput = 4096;

    /// <summary>Runs the program and hands its output to <paramref name="read"/> as it comes.</summary>
    /// <exception cref="ParseException">The program is missing.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; the program is dead then.</exception>
    public static async Task<ToolResult> RunAsync(
        string program,
        IReadOnlyList<string> arguments,
        Func<StreamReader, CancellationToken, Task> read,
        CancellationToken cancellationToken
    )
    {
        using var process = Start(program, arguments);
        try
        {
            process.StandardInput.Close();
            var errors = ReadErrorsAsync(process.StandardError, cancellationToken);
            await read(process.StandardOutput, cancellationToken);
            // Whoever reads may stop early; the program would wait for ever to write the rest.
            process.StandardOutput.Close();
            var message = await errors;
            await process.WaitForExitAsync(cancellationToken);
            return new ToolResult(process.ExitCode, message);
        }
        finally
        {
            Kill(process);
        }
    }

    /// <summary>What a program wrote, at most as much as a frame takes; empty where it failed.</summary>
    public static async Task<byte[]> ReadBytesAsync(
        string program,
        IReadOnlyList<string> arguments,
        CancellationToken cancellationToken
    )
    {
        var bytes = new byte[Frames.MaxPayload + 1];
        var length = 0;
        var result = await RunAsync(
            program,
            arguments,
            async (output, ct) =>
                length = await output.BaseStream.ReadAtLeastAsync(
                    bytes,
                    bytes.Length,
                    throwOnEndOfStream: false,
                    ct
                ),
            cancellationToken
        );
        return result.ExitCode == 0 ? bytes[..length] : [];
    }

    /// <summary>What a program's failure says of the document.</summary>
    /// <param name="what">The document is, for people.</param>
    public static ParseException Refusal(ToolResult result, string what) =>
        result.ExitCode == Forbidden
        || result.Errors.Contains("password", StringComparison.OrdinalIgnoreCase)
            ? new ParseException(
                ParseErrors.Encrypted,
                $"The {what} is encrypted. Send a copy that opens without a password and allows its text to be copied."
            )
        // Killed by a limit, or out of the memory that it was given.
        : result.ExitCode > 128
        || result.Errors.Contains("memory", StringComparison.OrdinalIgnoreCase)
            ? new ParseException(
                ParseErrors.MemoryLimit,
                $"The {what} needs more time or memory than a document is given. Divide it."
            )
        : new ParseException(
            ParseErrors.Unreadable,
            $"The {what} is broken and cannot be opened. Save it anew in a program that can open it."
        );

    private static Process Start(string program, IReadOnlyList<string> arguments)
    {
        var path =
            Find(program)
            ?? throw new ParseException(
                ParseErrors.PopplerMissing,
                $"{program} is not installed on this worker. Install it (Debian: apt-get install poppler-utils) and retry the batch."
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
                string.Create(CultureInfo.InvariantCulture, $"--cpu={MaxProcessorSeconds}")
            );
            start.ArgumentList.Add(
                string.Create(CultureInfo.InvariantCulture, $"--fsize={MaxFileBytes}")
            );
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
        start.Environment["OMP_THREAD_LIMIT"] = "1";
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new ParseException(
                ParseErrors.PopplerMissing,
                $"{path} cannot be started: {e.Message}",
                e
            );
        }
    }

    public static string? Find(string program) =>
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
