using System.Collections.Concurrent;
using System.Text.Json;
using Jobs.Parser;
using Jobs.Parser.Protocol;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Jobs.Kinds.Documents.Parsing;

/// <summary>
/// Warm parsers. One that has read its number of files, that failed, or that anything is odd about is not used again;
/// one that nobody has needed for a minute ends. Thread-safe.
/// </summary>
internal sealed class ParserPool : IDisposable
{
    private const int MaxIdle = 4;
    private static readonly TimeSpan IdleTime = TimeSpan.FromMinutes(1);

    // How much longer than the parser itself we wait for it to give up.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private readonly ConcurrentStack<(ParserProcess Parser, long Since)> idle = new();
    private readonly ParserSandbox sandbox;
    private readonly OcrBreaker ocr;
    private readonly DocumentOptions options;
    private readonly TimeProvider time;
    private readonly ILogger<ParserPool> log;
    private readonly ITimer sweep;

    public ParserPool(
        ParserSandbox sandbox,
        OcrBreaker ocr,
        IOptions<DocumentOptions> options,
        TimeProvider time,
        ILogger<ParserPool> log
    )
    {
        this.sandbox = sandbox;
        this.ocr = ocr;
        this.options = options.Value;
        this.time = time;
        this.log = log;
        sweep = time.CreateTimer(_ => EndIdle(IdleTime), null, IdleTime, IdleTime);
    }

    /// <summary>Has a document parsed; what it consists of is then read from the answer, which is to be disposed.</summary>
    /// <exception cref="ItemException">It cannot be read.</exception>
    public async Task<ParsedDocument> ParseAsync(
        string name,
        Stream content,
        CancellationToken cancellationToken
    )
    {
        var parser = await TakeAsync();
        using var deadline = new CancellationTokenSource(options.Timeout + Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(
            deadline.Token,
            cancellationToken
        );
        try
        {
            var request = new ParseRequest(
                name,
                (int)options.Timeout.TotalMilliseconds,
                options.OcrLanguages,
                options.OcrPages,
                ocr.IsSuspended
            );
            await parser.SendAsync(request, content, either.Token);
            var (kind, payload) = await parser.ReadAsync(either.Token);
            if (kind == FrameKind.Metadata)
            {
                var metadata = JsonSerializer.Deserialize(
                    payload.Span,
                    ParserJson.Default.ParsedMetadata
                )!;
                if (metadata.OcrWorks is { } works)
                {
                    await ocr.TellAsync(works);
                }
                return new ParsedDocument(this, parser, metadata);
            }
            var failure =
                kind == FrameKind.Failure
                    ? JsonSerializer.Deserialize(payload.Span, ParserJson.Default.ParseFailure)!
                    : throw new InvalidDataException("An answer was expected.");
            Return(
                parser,
                isSound: failure.Code
                    is not (
                        ParseErrors.TimeLimit
                        or ParseErrors.MemoryLimit
                        or ParseErrors.ParserFailed
                    )
            );
            throw DocumentErrors.Exception(failure.Code, failure.Message);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw await LostAsync(parser, ParseErrors.TimeLimit, e);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or JsonException)
        {
            throw await LostAsync(parser, null, e);
        }
        catch (Exception e) when (e is not ItemException)
        {
            // Cancelled, or the original could not be read: the parser is in the middle of something.
            parser.Dispose();
            throw;
        }
    }

    /// <summary>Takes a parser back.</summary>
    internal void Return(ParserProcess parser, bool isSound)
    {
        if (isSound && parser.IsAlive && parser.Files < options.ParserFiles && idle.Count < MaxIdle)
        {
            idle.Push((parser, time.GetTimestamp()));
        }
        else
        {
            parser.Dispose();
        }
    }

    /// <summary>What the item of a document fails with whose parser is gone.</summary>
    internal async Task<ItemException> LostAsync(
        ParserProcess parser,
        string? code,
        Exception inner
    )
    {
        code = await parser.BuryAsync(code);
        parser.Dispose();
        var message = code switch
        {
            ParseErrors.TimeLimit =>
                $"The document takes longer than {options.Timeout.TotalSeconds:0} s to read. Divide it.",
            ParseErrors.MemoryLimit =>
                "The document needs more memory to read than it is given. Divide it.",
            _ =>
                "The document makes its parser fail. Save it anew in the program that it comes from, or as PDF.",
        };
        return DocumentErrors.Exception(code, message, inner);
    }

    public void Dispose()
    {
        sweep.Dispose();
        EndIdle(TimeSpan.Zero);
    }

    private async Task<ParserProcess> TakeAsync()
    {
        while (idle.TryPop(out var entry))
        {
            if (entry.Parser.IsAlive)
            {
                return entry.Parser;
            }
            entry.Parser.Dispose();
        }
        return await ParserProcess.StartAsync(sandbox, log);
    }

    private void EndIdle(TimeSpan age)
    {
        var young = new List<(ParserProcess Parser, long Since)>();
        while (idle.TryPop(out var entry))
        {
            if (time.GetElapsedTime(entry.Since) < age)
            {
                young.Add(entry);
            }
            else
            {
                entry.Parser.Dispose();
            }
        }
        // The one that was used last is used next.
        for (var i = young.Count - 1; i >= 0; i--)
        {
            idle.Push(young[i]);
        }
    }
}
