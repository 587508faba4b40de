using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Jobs.Parser;
using Jobs.Parser.Protocol;
using Microsoft.Extensions.Logging;

namespace Jobs.Kinds.Documents.Parsing;

/// <summary>One parser: a process that reads one document after the other. Not thread-safe.</summary>
internal sealed class ParserProcess : IDisposable
{
    private const int DataLength = 128 * 1024;
    private const int MaxSaid = 500;
    private readonly Process process;
    private readonly string folder;
    private readonly ILogger log;
    private readonly Task<string> said;
    private readonly byte[] data = new byte[DataLength];

    private ParserProcess(Process process, string folder, ILogger log)
    {
        this.process = process;
        this.folder = folder;
        this.log = log;
        said = ReadErrorsAsync(process.StandardError);
    }

    /// <summary>Documents that it was given.</summary>
    public int Files { get; private set; }

    public int Id => process.Id;

    public FrameBuffer Buffer { get; } = new();

    public bool IsAlive => !process.HasExited;

    /// <summary>Starts one.</summary>
    /// <exception cref="ItemException">It cannot be started; another worker may have more luck.</exception>
    public static async Task<ParserProcess> StartAsync(ParserSandbox sandbox, ILogger log)
    {
        // With mode 0700: nobody but the parser sees what is in it.
        var folder = Directory.CreateTempSubdirectory("jobs-parser-").FullName;
        try
        {
            sandbox.Give(folder);
            var process = Process.Start(await sandbox.CommandAsync(folder))!;
            ParserLog.Started(log, process.Id);
            return new ParserProcess(process, folder, log);
        }
        catch (Exception e) when (e is Win32Exception or IOException)
        {
            Directory.Delete(folder, recursive: true);
            throw new ItemException(
                new ItemError(
                    DocumentErrors.ParserUnavailable,
                    $"No parser can be started on this worker: {e.Message}",
                    Retryable: true
                ),
                e
            );
        }
    }

    /// <summary>Sends a request and its file.</summary>
    /// <exception cref="IOException">The process is gone.</exception>
    public async Task SendAsync(
        ParseRequest request,
        Stream content,
        CancellationToken cancellationToken
    )
    {
        Files++;
        var pipe = process.StandardInput.BaseStream;
        var json = JsonSerializer.SerializeToUtf8Bytes(request, ParserJson.Default.ParseRequest);
        await Frames.WriteAsync(pipe, FrameKind.Request, json, cancellationToken);
        int read;
        while ((read = await content.ReadAsync(data, cancellationToken)) > 0)
        {
            await Frames.WriteAsync(
                pipe,
                FrameKind.Data,
                data.AsMemory(0, read),
                cancellationToken
            );
        }
        await Frames.WriteAsync(pipe, FrameKind.DataEnd, default, cancellationToken);
        await pipe.FlushAsync(cancellationToken);
    }

    /// <summary>The next frame of the answer, in <see cref="Buffer"/>.</summary>
    /// <exception cref="EndOfStreamException">The process is gone.</exception>
    /// <exception cref="InvalidDataException">What it wrote is no frame.</exception>
    public async Task<(FrameKind Kind, ReadOnlyMemory<byte> Payload)> ReadAsync(
        CancellationToken cancellationToken
    )
    {
        var frame =
            await Frames.ReadAsync(process.StandardOutput.BaseStream, Buffer, cancellationToken)
            ?? throw new EndOfStreamException("The parser ended.");
        return (frame.Kind, Buffer.Room(frame.Length));
    }

    /// <summary>Kills a parser that failed, and says what became of it.</summary>
    /// <param name="code">Of the document's error, where it is known; else the exit decides.</param>
    public async Task<string> BuryAsync(string? code)
    {
        // What ended by itself is given the moment to be told from what is killed here.
        var ended =
            process.HasExited || (code is null && process.WaitForExit(TimeSpan.FromSeconds(1)));
        Kill();
        await process.WaitForExitAsync(CancellationToken.None);
        var words = await said;
        code ??=
            ended
            && (
                process.ExitCode == 128 + 9
                || words.Contains("memory", StringComparison.OrdinalIgnoreCase)
            )
                ? ParseErrors.MemoryLimit
                : ParseErrors.ParserFailed;
        ParserLog.Lost(log, process.Id, code, process.ExitCode, words);
        return code;
    }

    public void Dispose()
    {
        Kill();
        process.Dispose();
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            ParserLog.FolderLeft(log, e, folder);
        }
    }

    private void Kill()
    {
        try
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
        }
        catch (InvalidOperationException)
        {
            // It has ended.
        }
    }

    private static async Task<string> ReadErrorsAsync(StreamReader errors)
    {
        var kept = new StringBuilder();
        var buffer = new char[1024];
        int read;
        while ((read = await errors.ReadAsync(buffer)) > 0)
        {
            kept.Append(buffer, 0, Math.Min(read, MaxSaid - kept.Length));
        }
        return kept.ToString();
    }
}
