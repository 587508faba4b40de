using Jobs.Parser.Extraction.Markup;
using Jobs.Parser.Protocol;
using MimeKit;

namespace Jobs.Parser.Extraction.Archives;

/// <summary>
/// A message says the same in plain words and in HTML, or so it should: many have a short notice in the one and all they
/// have to say in the other.
/// </summary>
internal static class MailAlternatives
{
    // So that a long letter is not looked through for each of its own paragraphs.
    private const int MaxCompared = 1024 * 1024;

    /// <summary>Adds the paragraphs of the HTML that the plain text does not have.</summary>
    public static void AddRest(
        string plain,
        MultipartAlternative alternatives,
        ExtractedText text,
        CancellationToken ct
    )
    {
        if (Html(alternatives) is not { } html || plain.Length > MaxCompared)
        {
            return;
        }
        using var spool = new MemoryStream();
        var rest = new ExtractedText(spool);
        HtmlText.Read(html.Text, rest, ct);
        rest.Complete();
        var said = Letters(plain);
        foreach (var block in Blocks(spool))
        {
            if (!said.Contains(Letters(block.Text), StringComparison.Ordinal))
            {
                text.Add(block.Text, heading: block.Heading);
            }
        }
    }

    /// <summary>What stands beside the HTML and is none of the alternatives, such as an invitation or an attachment.</summary>
    public static IEnumerable<MimeEntity> Beside(MultipartAlternative alternatives) =>
        alternatives
            .SelectMany(part =>
                part is MultipartRelated related ? related : (IEnumerable<MimeEntity>)[part]
            )
            .Where(part => part is not (TextPart or Multipart));

    private static TextPart? Html(MultipartAlternative alternatives) =>
        alternatives
            .Select(part => part is MultipartRelated related ? related.Root : part)
            .OfType<TextPart>()
            .LastOrDefault(part => part.IsHtml);

    private static IEnumerable<TextBlock> Blocks(MemoryStream spool)
    {
        spool.Position = 0;
        while (Frames.ReadBlock(spool) is { } block)
        {
            yield return block;
        }
    }

    // Line ends, marks and spaces differ, the words do not.
    private static string Letters(string text) =>
        string.Concat(text.Where(char.IsLetterOrDigit)).ToUpperInvariant();
}
