using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Jobs.Kinds;
using Jobs.Kinds.Documents;
using Jobs.Kinds.Documents.Parsing;
using Jobs.Parser.Protocol;
using Jobs.Resilience;
using Jobs.Testing;
using Jobs.Testing.Documents;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Kinds.Documents;

/// <summary>Parsers as processes: what they may do, and what becomes of a document whose parser is lost.</summary>
public sealed class ParserTests : IDisposable
{
    private readonly TestFolder folder = new();
    private readonly StartedParsers started = new();
    private readonly IOptions<BreakerOptions> breaking = Options.Create(new BreakerOptions());

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_parser_has_no_network_no_secrets_no_rights_and_bounds()
    {
        using var sandbox = Sandbox(new DocumentOptions());
        var start = await sandbox.CommandAsync(folder.Location);
        start.ArgumentList[^1] = "--probe";
        start.WorkingDirectory = "/";
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var said = await process.StandardOutput.ReadToEndAsync(Token);
        await process.WaitForExitAsync(Token);

        said.ShouldContain("\nlocal socket: refused");
        said.ShouldStartWith("socket: refused");
        said.ShouldContain("write elsewhere: refused");
        said.ShouldContain("CapEff: 0000000000000000");
        said.ShouldContain("NoNewPrivs: 1");
        said.ShouldContain("Max open files 256 256");
        said.ShouldContain("Max core file size 0 0");
        // Of all processes of its user; where it shares that with others, they count.
        said.ShouldContain(
            Environment.IsPrivilegedProcess
                ? "Max processes 256 256 processes"
                : "Max processes 4096 4096 processes"
        );
        said.ShouldNotContain("Max data size unlimited");
        said.ShouldNotContain("Max file size unlimited");
        said.ShouldContain(
            "environment: DOTNET_EnableDiagnostics DOTNET_GCHeapHardLimit DOTNET_TieredPGO HOME LC_ALL PATH TMPDIR"
        );
        if (Environment.IsPrivilegedProcess)
        {
            said.ShouldNotContain("Uid: 0");
        }
    }

    [Fact]
    public async Task One_parser_reads_many_files_and_another_takes_its_place()
    {
        using var pool = Pool(new DocumentOptions { ParserFiles = 3 });
        for (var i = 0; i < 7; i++)
        {
            (await ReadAsync(pool, $"File {i}.")).ShouldBe($"File {i}.");
        }

        started.Ids.Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_parser_that_is_killed_fails_its_document_alone()
    {
        using var pool = Pool(new DocumentOptions());
        await ReadAsync(pool, "The first.");
        var content = new ActingStream(() => Kill(started.Ids.Last()));

        var lost = await Should.ThrowAsync<ItemException>(() =>
            pool.ParseAsync("a.txt", content, Token)
        );

        lost.Error.Code.ShouldBeOneOf(DocumentErrors.ParserFailed, DocumentErrors.MemoryLimit);
        lost.Error.Retryable.ShouldBeFalse();
        (await ReadAsync(pool, "The next.")).ShouldBe("The next.");
        started.Ids.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_parser_that_hangs_is_ended_and_fails_its_document_alone()
    {
        using var pool = Pool(new DocumentOptions { Timeout = TimeSpan.FromSeconds(1) });
        // Stopped by a signal, it cannot even notice that its time is over.
        var content = new ActingStream(() => Suspend(started.Ids.Last()));
        await ReadAsync(pool, "The first.");

        var lost = await Should.ThrowAsync<ItemException>(() =>
            pool.ParseAsync("a.txt", content, Token)
        );

        lost.Error.Code.ShouldBe(DocumentErrors.TimeLimit);
        (await ReadAsync(pool, "The next.")).ShouldBe("The next.");
    }

    [Fact]
    public async Task A_document_that_takes_too_much_memory_is_told_so()
    {
        using var pool = Pool(
            new DocumentOptions { ParserMemory = 128, Timeout = TimeSpan.FromMinutes(2) }
        );
        var html = Encoding.ASCII.GetBytes(
            string.Concat(Enumerable.Repeat("<i>a</i><b>b</b>", 500_000))
        );

        var lost = await Should.ThrowAsync<ItemException>(() =>
            pool.ParseAsync("a.html", new MemoryStream(html), Token)
        );

        lost.Error.Code.ShouldBe(DocumentErrors.MemoryLimit);
        (await ReadAsync(pool, "The next.")).ShouldBe("The next.");
    }

    [Fact]
    public async Task Without_tesseract_a_picture_is_stored_and_it_is_said()
    {
        using var sandbox = Sandbox(new DocumentOptions());
        sandbox.Give(folder.Location);
        var start = await sandbox.CommandAsync(folder.Location);
        // A path with nothing on it but what keeps the parser apart.
        foreach (var program in new[] { "setpriv", "prlimit" })
        {
            File.CreateSymbolicLink(Path.Combine(folder.Location, program), $"/usr/bin/{program}");
        }
        start.Environment["PATH"] = folder.Location;
        using var process = Process.Start(start)!;
        var pipe = process.StandardInput.BaseStream;
        var request = new ParseRequest("a.png", 30_000, "eng", 1);
        await Frames.WriteAsync(
            pipe,
            FrameKind.Request,
            JsonSerializer.SerializeToUtf8Bytes(request, ParserJson.Default.ParseRequest),
            Token
        );
        await Frames.WriteAsync(
            pipe,
            FrameKind.Data,
            new byte[] { 0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0 },
            Token
        );
        await Frames.WriteAsync(pipe, FrameKind.DataEnd, default, Token);
        await pipe.FlushAsync(Token);
        var buffer = new FrameBuffer();
        var frame = (
            await Frames.ReadAsync(process.StandardOutput.BaseStream, buffer, Token)
        )!.Value;
        process.StandardInput.Close();
        await process.WaitForExitAsync(Token);

        frame.Kind.ShouldBe(FrameKind.Metadata);
        JsonSerializer
            .Deserialize(buffer.Room(frame.Length).Span, ParserJson.Default.ParsedMetadata)!
            .Warnings.ShouldBe(["ocr_missing", "no_text"]);
    }

    [Fact]
    public async Task A_pdf_of_100_000_pages_is_read_to_its_bound()
    {
        using var pool = Pool(new DocumentOptions());
        var pdf = MinimalPdf.Repeated("A page", 100_000);
        await using var parsed = await pool.ParseAsync("a.pdf", new MemoryStream(pdf), Token);
        var last = 0;
        await foreach (var block in parsed.ReadBlocksAsync(Token))
        {
            last = block.Page!.Value;
        }

        parsed.Metadata.Pages.ShouldBe(100_000);
        parsed.Metadata.Warnings.ShouldBe(["truncated"]);
        last.ShouldBe(5_000);
    }

    public void Dispose() => folder.Dispose();

    private ParserPool Pool(DocumentOptions options) =>
        new(
            Sandbox(options),
            new OcrBreaker(
                new Breakers(breaking, TimeProvider.System, NullLogger<Breakers>.Instance),
                breaking,
                TimeProvider.System
            ),
            Options.Create(options),
            TimeProvider.System,
            started
        );

    private static ParserSandbox Sandbox(DocumentOptions options) =>
        new(Options.Create(options), NullLogger<ParserSandbox>.Instance);

    private static async Task<string> ReadAsync(ParserPool pool, string text)
    {
        await using var parsed = await pool.ParseAsync(
            "a.txt",
            new MemoryStream(Encoding.UTF8.GetBytes(text)),
            Token
        );
        var read = new StringBuilder();
        await foreach (var block in parsed.ReadBlocksAsync(Token))
        {
            read.Append(block.Text);
        }
        return read.ToString();
    }

    private static void Kill(int process) => Process.GetProcessById(process).Kill();

    // The signal is delivered by one of its threads, and the others go on until that one has had its turn.
    private static void Suspend(int process)
    {
        var id = process.ToString(System.Globalization.CultureInfo.InvariantCulture);
        using var kill = Process.Start("kill", ["-STOP", id]);
        kill.WaitForExit();
        SpinWait
            .SpinUntil(
                () =>
                    Directory
                        .GetDirectories($"/proc/{id}/task")
                        .All(t => File.ReadAllText($"{t}/stat").Split(") ")[^1][0] == 'T'),
                EngineHost.Patience
            )
            .ShouldBeTrue();
    }

    /// <summary>A file in whose middle something happens.</summary>
    private sealed class ActingStream(Action act) : ForwardStream
    {
        private int reads;

        public override ValueTask<int> ReadAsync(
            Memory<byte> buffer,
            CancellationToken cancellationToken = default
        )
        {
            if (reads == 1)
            {
                act();
            }
            buffer.Span[0] = (byte)'x';
            return new(reads++ < 3 ? 1 : 0);
        }
    }

    /// <summary>The processes that a pool has started, by what it logs.</summary>
    private sealed class StartedParsers : ILogger<ParserPool>
    {
        public ConcurrentQueue<int> Ids { get; } = new();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            if (
                eventId.Name == "Started"
                && state is IReadOnlyList<KeyValuePair<string, object?>> values
            )
            {
                Ids.Enqueue((int)values[0].Value!);
            }
        }
    }
}
