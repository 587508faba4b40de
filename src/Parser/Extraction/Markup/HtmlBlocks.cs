using System.Text;

namespace Jobs.Parser.Extraction.Markup;

/// <summary>
/// Makes blocks of the runs of HTML. What is said beside the text, such as the words in place of a picture, follows the
/// block that it stands in, so that it divides no sentence. Not thread-safe.
/// </summary>
internal sealed class HtmlBlocks(ExtractedText text)
{
    private const int MaxAsides = 1000;
    private readonly StringBuilder block = new();
    private readonly List<string> asides = [];

    public string Text => block.ToString();

    public void Add(char c) => block.Append(c);

    // White space of markup is one space, whatever it is.
    public void Append(string run)
    {
        foreach (var c in run)
        {
            if (!char.IsWhiteSpace(c))
            {
                block.Append(c);
            }
            else if (block.Length > 0 && block[^1] is not (' ' or '\n' or '\t'))
            {
                block.Append(c == '\u00A0' ? c : ' ');
            }
        }
    }

    public void AddAside(string? said)
    {
        if (!string.IsNullOrWhiteSpace(said) && asides.Count < MaxAsides)
        {
            asides.Add(said.Trim());
        }
    }

    public void End(int heading = 0)
    {
        var written = block.ToString();
        if (written.Length > 0)
        {
            text.Add(written, heading: heading);
            block.Clear();
        }
        if (asides.Count > 0)
        {
            // What only repeats the text says nothing to its readers.
            foreach (var aside in asides.Distinct(StringComparer.Ordinal))
            {
                if (!written.Contains(aside, StringComparison.OrdinalIgnoreCase))
                {
                    text.Add(aside);
                }
            }
            asides.Clear();
        }
    }
}
