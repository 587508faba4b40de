using System.Globalization;
using System.Text.Json;
using Jobs.Parser.Extraction;
using Jobs.Parser.Formats;
using Jobs.Parser.Protocol;
using Jobs.Parser.Tools;

namespace Jobs.Parser;

/// <summary>Answers one request after the other, until its input ends.</summary>
internal sealed class ParserLoop(Stream input, Stream output, string folder, DocumentParser parser)
{
    // How much longer than a document may take it may hang before the process ends itself: who asked is gone then.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly FrameBuffer buffer = new();

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        for (var job = 0; ; job++)
        {
            if (await Frames.ReadAsync(input, buffer, cancellationToken) is not { } frame)
            {
                return;
            }
            var request =
                frame.Kind == FrameKind.Request
                    ? JsonSerializer.Deserialize(
                        buffer.Room(frame.Length).Span,
                        ParserJson.Default.ParseRequest
                    )!
                    : throw new InvalidDataException("A request was expected.");
            var own = Directory.CreateDirectory(
                Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"job-{job}"))
            );
            try
            {
                var file = new SourceFile(
                    Path.Combine(own.FullName, "document"),
                    request.Name,
                    0,
                    new UnfoldingBudget(),
                    request
                );
                await ReceiveAsync(file, cancellationToken);
                var isSound = await AnswerAsync(file, cancellationToken);
                await output.FlushAsync(cancellationToken);
                if (!isSound)
                {
                    return;
                }
            }
            finally
            {
                own.Delete(recursive: true);
            }
        }
    }

    private async Task ReceiveAsync(SourceFile file, CancellationToken cancellationToken)
    {
        await using var target = new FileStream(file.Path, FileMode.CreateNew, FileAccess.Write);
        while (await Frames.ReadAsync(input, buffer, cancellationToken) is { } frame)
        {
            if (frame.Kind == FrameKind.DataEnd)
            {
                return;
            }
            await target.WriteAsync(buffer.Room(frame.Length), cancellationToken);
        }
        throw new EndOfStreamException("The file was not sent to its end.");
    }

    // False where what happened leaves doubt about this process.
    private async Task<bool> AnswerAsync(SourceFile file, CancellationToken cancellationToken)
    {
        await using var watchdog = new Timer(
            _ => Environment.FailFast("The document takes too long, and nobody has ended this."),
            null,
            TimeSpan.FromMilliseconds(file.Request.TimeoutMs) + Patience,
            Timeout.InfiniteTimeSpan
        );
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(file.Request.TimeoutMs);
        await using var spool = new FileStream(
            Path.Combine(file.Folder, "text"),
            FileMode.CreateNew
        );
        var text = new ExtractedText(spool);
        try
        {
            var format = await parser.ParseAsync(file, text, deadline.Token);
            var thumbnail = await Thumbnails.MakeAsync(file, format, deadline.Token);
            await SendAsync(format, text, thumbnail, spool, cancellationToken);
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            await FailAsync(
                ParseErrors.TimeLimit,
                $"The document takes longer than {file.Request.TimeoutMs / 1000} s to read. Divide it.",
                cancellationToken
            );
        }
        catch (ParseException e)
        {
            await FailAsync(e.Code, e.Message, cancellationToken);
            return true;
        }
        catch (Exception e)
            when (e is OutOfMemoryException || e.InnerException is OutOfMemoryException)
        {
            await FailAsync(
                ParseErrors.MemoryLimit,
                "The document needs more memory to read than it is given. Divide it.",
                cancellationToken
            );
        }
        catch (Exception e) when (e is not (IOException or OperationCanceledException))
        {
            // Libraries fail on what they do not expect in ways of their own.
            await Console.Error.WriteLineAsync(e.ToString());
            await FailAsync(
                ParseErrors.ParserFailed,
                "The document makes its parser fail. Save it anew in the program that it comes from, or as PDF.",
                cancellationToken
            );
        }
        return false;
    }

    private async Task SendAsync(
        DocumentFormat format,
        ExtractedText text,
        byte[] thumbnail,
        FileStream spool,
        CancellationToken cancellationToken
    )
    {
        var metadata = new ParsedMetadata(
            format.MediaType,
            text.Title,
            text.Author,
            text.Language,
            text.Pages,
            text.Words,
            text.AuthoredAt,
            text.ModifiedAt,
            text.Warnings,
            text.OcrWorks
        );
        await Frames.WriteAsync(
            output,
            FrameKind.Metadata,
            JsonSerializer.SerializeToUtf8Bytes(metadata, ParserJson.Default.ParsedMetadata),
            cancellationToken
        );
        if (thumbnail.Length > 0)
        {
            await Frames.WriteAsync(output, FrameKind.Thumbnail, thumbnail, cancellationToken);
        }
        spool.Position = 0;
        await spool.CopyToAsync(output, cancellationToken);
        await Frames.WriteAsync(output, FrameKind.End, default, cancellationToken);
    }

    private Task FailAsync(string code, string message, CancellationToken cancellationToken) =>
        Frames.WriteAsync(
            output,
            FrameKind.Failure,
            JsonSerializer.SerializeToUtf8Bytes(
                new ParseFailure(code, message),
                ParserJson.Default.ParseFailure
            ),
            cancellationToken
        );
}
