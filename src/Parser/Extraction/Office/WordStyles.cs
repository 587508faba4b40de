using System.Globalization;
using Jobs.Parser.Extraction.Markup;

namespace Jobs.Parser.Extraction.Office;

/// <summary>Which styles of paragraphs are headings, and of which level.</summary>
internal static class WordStyles
{
    /// <summary>Of the document's title; headings have their own number after it.</summary>
    public const int Title = 1;

    private const int MaxLevel = 9;

    /// <summary>Levels of headings, from 1, by the id of the style.</summary>
    public static Dictionary<string, int> Read(
        GuardedArchive archive,
        string? part,
        CancellationToken ct
    )
    {
        var levels = new Dictionary<string, int>(StringComparer.Ordinal);
        if (part is null || archive.Find(part) is not { } entry)
        {
            return levels;
        }
        using var xml = GuardedXml.Open(archive.OpenEntry(entry), ct);
        var style = "";
        while (xml.Read())
        {
            if (!xml.IsStart)
            {
                continue;
            }
            if (xml.Name == "style")
            {
                style = xml.Attribute("styleId") ?? "";
            }
            else if (xml.Name == "name" && OfName(xml.Attribute("val")) is { } named)
            {
                levels[style] = named;
            }
            else if (xml.Name == "outlineLvl" && OfOutline(xml.Attribute("val")) is { } level)
            {
                levels.TryAdd(style, level);
            }
        }
        return levels;
    }

    /// <summary>A level as <c>outlineLvl</c> has it, from 0, where 9 is no heading.</summary>
    public static int? OfOutline(string? value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var level)
        && level < MaxLevel
            ? level + 1
            : null;

    private static int? OfName(string? name) =>
        string.Equals(name, "title", StringComparison.OrdinalIgnoreCase) ? Title
        : name is not null
        && name.StartsWith("heading ", StringComparison.OrdinalIgnoreCase)
        && int.TryParse(
            name.AsSpan(8),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var level
        )
        && level is >= 1 and <= MaxLevel
            ? level
        : null;
}
