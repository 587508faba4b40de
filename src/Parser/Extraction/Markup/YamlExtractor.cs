using Jobs.Parser.Formats;
using Jobs.Parser.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Jobs.Parser.Extraction.Markup;

/// <summary>
/// A line for every value, after the names that lead to it. It goes from event to event: an alias is never unfolded.
/// </summary>
internal sealed class YamlExtractor(PlainTextExtractor plain) : ITextExtractor
{
    private const int MaxName = 128;

    public IReadOnlyList<DocumentFormat> Formats => [DocumentFormat.Yaml];

    public async Task ExtractAsync(
        SourceFile file,
        ExtractedText text,
        CancellationToken cancellationToken
    )
    {
        try
        {
            using var source = await TextEncoding.OpenAsync(
                file,
                declares: false,
                cancellationToken
            );
            Read(new YamlDotNet.Core.Parser(source), text, cancellationToken);
        }
        catch (YamlException)
        {
            // Templates of configuration are no YAML until they are filled in: their text is there all the same.
            text.Clear();
            text.Warn(DocumentWarnings.Damaged);
            await plain.ExtractAsync(file, text, cancellationToken);
        }
    }

    private static void Read(
        YamlDotNet.Core.Parser parser,
        ExtractedText text,
        CancellationToken ct
    )
    {
        var path = new Stack<(bool IsMapping, string? Name)>();
        while (!text.IsFull && parser.MoveNext())
        {
            ct.ThrowIfCancellationRequested();
            switch (parser.Current)
            {
                case MappingStart:
                    Open(path, isMapping: true);
                    break;
                case SequenceStart:
                    Open(path, isMapping: false);
                    break;
                case MappingEnd or SequenceEnd:
                    path.Pop();
                    EndValue(path);
                    break;
                case Scalar scalar:
                    Add(scalar.Value, path, text);
                    break;
                case AnchorAlias:
                    EndValue(path);
                    break;
                default:
                    break;
            }
        }
    }

    private static void Open(Stack<(bool IsMapping, string? Name)> path, bool isMapping)
    {
        if (path.Count >= ParserLimits.MaxNesting)
        {
            throw new ParseException(
                ParseErrors.NestedTooDeep,
                $"Its values are nested deeper than {ParserLimits.MaxNesting}. Send what is in them in a flatter form."
            );
        }
        path.Push((isMapping, null));
    }

    private static void Add(
        string value,
        Stack<(bool IsMapping, string? Name)> path,
        ExtractedText text
    )
    {
        if (path.TryPeek(out var top) && top is { IsMapping: true, Name: null })
        {
            path.Pop();
            path.Push((true, CleanText.Cut(value, MaxName)));
            return;
        }
        var names = string.Join(
            '.',
            path.Where(p => p.Name is not null).Select(p => p.Name).Reverse()
        );
        text.AddLine(names.Length == 0 ? value : $"{names}: {value}");
        EndValue(path);
    }

    // The next scalar of a mapping is a name again.
    private static void EndValue(Stack<(bool IsMapping, string? Name)> path)
    {
        if (path.TryPeek(out var top) && top.IsMapping)
        {
            path.Pop();
            path.Push((true, null));
        }
    }
}
