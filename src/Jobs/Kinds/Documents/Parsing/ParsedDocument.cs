using System.Runtime.CompilerServices;
using Jobs.Parser;
using Jobs.Parser.Extraction;
using Jobs.Parser.Protocol;
using Jobs.Parser.Text;

namespace Jobs.Kinds.Documents.Parsing;

/// <summary>
/// What a parser found, which comes as it is asked for: a document's text is never held whole. Once it is read to its
/// end, its parser is free for the next. Not thread-safe.
/// </summary>
internal sealed class ParsedDocument : IAsyncDisposable
{
    // A parser that sends more than it may is no longer a parser.
    private const long MaxCharacters = ParserLimits.MaxText + (1024 * 1024);
    private const int MaxWarning = 300;
    private readonly ParserPool pool;
    private readonly ParserProcess parser;
    private bool isRead;
    private bool isLost;

    public ParsedDocument(ParserPool pool, ParserProcess parser, ParsedMetadata metadata)
    {
        this.pool = pool;
        this.parser = parser;
        Metadata = metadata with
        {
            MediaType = Line(metadata.MediaType, 100) ?? "application/octet-stream",
            Title = Line(metadata.Title, ParserLimits.MaxTitle),
            Author = Line(metadata.Author, ParserLimits.MaxTitle),
            Language = Line(metadata.Language, 35),
            Warnings =
            [
                .. metadata.Warnings.Select(w => Line(w, MaxWarning)).OfType<string>().Take(64),
            ],
        };
    }

    /// <summary>Clean, whatever the parser sent.</summary>
    public ParsedMetadata Metadata { get; }

    /// <summary>A PNG of the first page, once the blocks are read; null where there is none.</summary>
    public byte[]? Thumbnail { get; private set; }

    /// <summary>The text in its order; to be read once, to its end.</summary>
    /// <exception cref="ItemException">The parser is lost.</exception>
    public async IAsyncEnumerable<TextBlock> ReadBlocksAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var characters = 0L;
        while (await NextAsync(cancellationToken) is { } block)
        {
            characters += block.Text.Length;
            if (characters > MaxCharacters)
            {
                throw await LostAsync(
                    new InvalidDataException("There is more text than a document may have.")
                );
            }
            yield return block;
        }
        isRead = true;
    }

    public ValueTask DisposeAsync()
    {
        if (!isLost)
        {
            pool.Return(parser, isSound: isRead);
        }
        return ValueTask.CompletedTask;
    }

    private async Task<TextBlock?> NextAsync(CancellationToken ct)
    {
        try
        {
            while (true)
            {
                var (kind, payload) = await parser.ReadAsync(ct);
                switch (kind)
                {
                    case FrameKind.Block:
                        return Frames.ReadBlock(payload.Span);
                    case FrameKind.Thumbnail when Thumbnail is null:
                        Thumbnail = payload.ToArray();
                        break;
                    case FrameKind.End:
                        return null;
                    default:
                        throw new InvalidDataException($"A frame {kind} was not expected.");
                }
            }
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            throw await LostAsync(e);
        }
    }

    private Task<ItemException> LostAsync(Exception e)
    {
        isLost = true;
        return pool.LostAsync(parser, null, e);
    }

    private static string? Line(string? text, int length) => CleanText.Line(text, length);
}
