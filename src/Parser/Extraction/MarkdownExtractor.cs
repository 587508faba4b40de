using System.Text;
using Jobs.Parser.Extraction.Markup;
using Jobs.Parser.Formats;
using Jobs.Parser.Text;
using Markdig;
using Markdig.Extensions.Tables;
using Markdig.Extensions.Yaml;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Jobs.Parser.Extraction;

internal sealed class MarkdownExtractor : ITextExtractor
{
    // The parser takes quadratic time over some paragraphs, such as links within links, and cannot be stopped: a
    // paragraph that no person wrote is read as it stands.
    private const int MaxParagraph = 8 * 1024;

    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder()
        .UseYamlFrontMatter()
        .UsePipeTables()
        .UseEmphasisExtras()
        .UseFootnotes()
        .Build();

    public IReadOnlyList<DocumentFormat> Formats => [DocumentFormat.Markdown];

    public async Task ExtractAsync(
        SourceFile file,
        ExtractedText text,
        CancellationToken cancellationToken
    )
    {
        using var reader = await TextEncoding.OpenAsync(file, declares: false, cancellationToken);
        await PieceReader.ReadAsync(
            reader,
            text,
            piece => Read(piece, text, cancellationToken),
            cancellationToken
        );
    }

    private static void Read(ReadOnlySpan<char> piece, ExtractedText text, CancellationToken ct)
    {
        if (LongestParagraph(piece) > MaxParagraph || TryParse(piece.ToString()) is not { } parsed)
        {
            text.AddParagraphs(piece);
            return;
        }
        foreach (var block in parsed.Descendants<LeafBlock>())
        {
            ct.ThrowIfCancellationRequested();
            Add(block, text, ct);
        }
    }

    private static int LongestParagraph(ReadOnlySpan<char> piece)
    {
        var longest = 0;
        var length = 0;
        foreach (var line in piece.EnumerateLines())
        {
            length = line.IsWhiteSpace() ? 0 : length + line.Length + 1;
            longest = Math.Max(longest, length);
        }
        return longest;
    }

    private static MarkdownDocument? TryParse(string source)
    {
        try
        {
            return Markdown.Parse(source, Pipeline);
        }
        catch (ArgumentException)
        {
            // Markdig's own guard: blocks within blocks beyond its depth.
            return null;
        }
    }

    private static void Add(LeafBlock block, ExtractedText text, CancellationToken ct)
    {
        switch (block)
        {
            case YamlFrontMatterBlock front:
                ReadFrontMatter(front, text);
                break;
            case HeadingBlock heading:
                var title = InlineText(heading.Inline);
                text.Add(title, heading: heading.Level);
                text.Title ??= heading.Level == 1 ? title : null;
                break;
            case ParagraphBlock { Parent: TableCell } cell:
                text.AddLine(InlineText(cell.Inline));
                break;
            case HtmlBlock html:
                HtmlText.Read(html.Lines.ToString(), text, ct);
                break;
            case { Inline: { } inline }:
                text.Add(InlineText(inline));
                break;
            default:
                text.AddParagraphs(block.Lines.ToString());
                break;
        }
    }

    private static string InlineText(ContainerInline? inline)
    {
        var line = new StringBuilder();
        foreach (var part in inline?.Descendants() ?? [])
        {
            _ = part switch
            {
                LiteralInline literal => line.Append(literal.Content.AsSpan()),
                CodeInline code => line.Append(code.Content),
                HtmlEntityInline entity => line.Append(entity.Transcoded.AsSpan()),
                AutolinkInline link => line.Append(link.Url),
                LineBreakInline => line.Append(' '),
                _ => line,
            };
        }
        return line.ToString();
    }

    private static void ReadFrontMatter(YamlFrontMatterBlock front, ExtractedText text)
    {
        foreach (var line in front.Lines.ToString().Split('\n'))
        {
            var (key, value) = line.Split(':', 2) is [var k, var v]
                ? (k, v.Trim(' ', '"', '\'', '\r'))
                : ("", "");
            switch (key)
            {
                case "title":
                    text.Title = value;
                    break;
                case "author":
                    text.Author = value;
                    break;
                case "lang" or "language":
                    text.Language = value;
                    break;
                default:
                    break;
            }
        }
    }
}
