using System.Text;

namespace Jobs.Parser.Extraction.Office;

/// <summary>
/// Counts the paragraphs of lists, and says what Word writes before each of them, such as <c>1.2</c> or <c>(a)</c>;
/// nothing for bullets. Paragraphs have to come in their order. Not thread-safe.
/// </summary>
internal sealed class WordNumbers(WordLists lists)
{
    private const string NoList = "0";

    /// <summary>The number of the next paragraph; empty where it has none.</summary>
    /// <param name="style">Of the paragraph.</param>
    /// <param name="list">That it says it is in, whatever its style.</param>
    /// <param name="level">The same.</param>
    public string Next(string? style, string? list, int? level)
    {
        var own = list is null;
        var ofStyle = lists.OfStyle(style);
        list ??= ofStyle.List;
        if (list is null or NoList || lists.Find(list) is not { } found)
        {
            return "";
        }
        if (lists.KindOf(found) is not { } kind)
        {
            return "";
        }
        var at = level ?? (own ? LevelOf(kind, style) : null) ?? ofStyle.Level ?? 0;
        return at is >= 0 and < WordLevel.Count ? Count(found, kind, at) : "";
    }

    private static int? LevelOf(WordListKind kind, string? style) =>
        style is null
            ? null
            : kind
                .Levels.Where(l => l.Value.Style == style)
                .Select(l => (int?)l.Key)
                .FirstOrDefault();

    private static string Count(WordList list, WordListKind kind, int at)
    {
        var isNew = kind.Begun.Add((list, at));
        kind.Counts[at] =
            isNew && list.Starts.TryGetValue(at, out var start) ? start
            : kind.Counts[at] is { } before ? before + 1
            : Level(list, kind, at).Start;
        for (var deeper = at + 1; deeper < WordLevel.Count; deeper++)
        {
            if (Level(list, kind, deeper).Restart is not { } restart || restart > at)
            {
                kind.Counts[deeper] = null;
            }
        }
        // A level that is passed over has begun with it.
        for (var higher = 0; higher < at; higher++)
        {
            kind.Counts[higher] ??= Level(list, kind, higher).Start;
        }
        return Write(list, kind, at);
    }

    private static string Write(WordList list, WordListKind kind, int at)
    {
        var level = Level(list, kind, at);
        if (level.Format == "bullet")
        {
            return "";
        }
        var written = new StringBuilder();
        for (var i = 0; i < level.Text.Length; i++)
        {
            if (
                level.Text[i] == '%'
                && i + 1 < level.Text.Length
                && level.Text[i + 1] is >= '1' and <= '9'
            )
            {
                var other = level.Text[++i] - '1';
                var shown = Level(list, kind, other);
                written.Append(
                    ListNumber.Of(
                        kind.Counts[other] ?? shown.Start,
                        level.IsLegal ? "decimal" : shown.Format
                    )
                );
            }
            else
            {
                written.Append(level.Text[i]);
            }
        }
        return written.ToString().Trim();
    }

    private static WordLevel Level(WordList list, WordListKind kind, int at) =>
        list.Levels.GetValueOrDefault(at) ?? kind.Levels.GetValueOrDefault(at) ?? new WordLevel();
}
