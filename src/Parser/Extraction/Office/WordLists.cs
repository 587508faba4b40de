using System.Globalization;
using Jobs.Parser.Extraction.Markup;

namespace Jobs.Parser.Extraction.Office;

/// <summary>
/// What the lists of a Word document are like. A list (<c>num</c>) is one of a kind (<c>abstractNum</c>), some of whose
/// levels it may change; a style of paragraphs may belong to a list. ECMA-376 Part 1, 17.9.
/// </summary>
internal sealed class WordLists
{
    private readonly Dictionary<string, WordList> lists = new(StringComparer.Ordinal);
    private readonly Dictionary<string, WordListKind> kinds = new(StringComparer.Ordinal);
    private readonly Dictionary<string, StyleList> styles = new(StringComparer.Ordinal);

    /// <summary>Reads both parts; of one that is missing or broken there is nothing.</summary>
    public static WordLists Read(
        GuardedArchive archive,
        string? numbering,
        string? styles,
        CancellationToken ct
    )
    {
        var lists = new WordLists();
        if (numbering is not null && archive.Find(numbering) is { } entry)
        {
            using var xml = GuardedXml.Open(archive.OpenEntry(entry), ct);
            lists.ReadNumbering(xml);
        }
        if (lists.lists.Count > 0 && styles is not null && archive.Find(styles) is { } known)
        {
            using var xml = GuardedXml.Open(archive.OpenEntry(known), ct);
            lists.ReadStyles(xml);
        }
        return lists;
    }

    public WordList? Find(string id) => lists.GetValueOrDefault(id);

    /// <summary>The kind of a list, which may be the one of another list that a style names.</summary>
    public WordListKind? KindOf(WordList list)
    {
        var kind = kinds.GetValueOrDefault(list.Kind);
        return kind?.Style is { } style && OfStyle(style).List is { } id
            ? kinds.GetValueOrDefault(Find(id)?.Kind ?? "") ?? kind
            : kind;
    }

    /// <summary>The list and the level that paragraphs of a style are of, its own or those of what it is based on.</summary>
    public (string? List, int? Level) OfStyle(string? style)
    {
        string? list = null;
        int? level = null;
        for (var i = 0; i < 20 && style is not null && styles.TryGetValue(style, out var own); i++)
        {
            list ??= own.List;
            level ??= own.Level;
            style = own.BasedOn;
        }
        return (list, level);
    }

    private void ReadNumbering(GuardedXml xml)
    {
        var kind = new WordListKind();
        var list = new WordList();
        WordLevel? level = null;
        var changed = 0;
        var inList = false;
        while (xml.Read())
        {
            if (!xml.IsStart)
            {
                continue;
            }
            switch (xml.Name)
            {
                case "abstractNum":
                    inList = false;
                    kinds[xml.Attribute("abstractNumId") ?? ""] = kind = new WordListKind();
                    break;
                case "numStyleLink":
                    kind.Style = xml.Attribute("val");
                    break;
                case "lvl":
                    level = new WordLevel();
                    var at = Number(xml.Attribute("ilvl")) ?? 0;
                    (inList ? list.Levels : kind.Levels)[at] = level;
                    break;
                case "num":
                    inList = true;
                    lists[xml.Attribute("numId") ?? ""] = list = new WordList();
                    break;
                case "abstractNumId":
                    list.Kind = xml.Attribute("val") ?? "";
                    break;
                case "lvlOverride":
                    changed = Number(xml.Attribute("ilvl")) ?? 0;
                    break;
                case "startOverride":
                    list.Starts[changed] = Number(xml.Attribute("val")) ?? 1;
                    break;
                default:
                    level?.Take(xml.Name, xml.Attribute("val"));
                    break;
            }
        }
    }

    private void ReadStyles(GuardedXml xml)
    {
        var style = new StyleList();
        while (xml.Read())
        {
            if (!xml.IsStart)
            {
                continue;
            }
            switch (xml.Name)
            {
                case "style":
                    styles[xml.Attribute("styleId") ?? ""] = style = new StyleList();
                    break;
                case "basedOn":
                    style.BasedOn = xml.Attribute("val");
                    break;
                case "numId":
                    style.List = xml.Attribute("val");
                    break;
                case "ilvl":
                    style.Level = Number(xml.Attribute("val"));
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>A number as attributes have it; null where it is none.</summary>
    public static int? Number(string? value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    private sealed class StyleList
    {
        public string? BasedOn { get; set; }

        public string? List { get; set; }

        public int? Level { get; set; }
    }
}
