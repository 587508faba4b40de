using System.Text;

namespace Jobs.Kinds.Queries.Highlights;

/// <summary>Pieces of a text in which words are marked, as HTML that is safe to show.</summary>
internal static class Highlight
{
    private const int MaxPieces = 3;

    // In words; a piece starts some before its first mark.
    private const int PieceLength = 30;
    private const int Before = 8;

    /// <summary>The pieces with the most different marks, in the order of the text; none where nothing is marked.</summary>
    /// <param name="text">Plain text.</param>
    /// <param name="words">Where its words are.</param>
    /// <param name="marks">What each of them is of what was searched; null for those that are not.</param>
    public static IReadOnlyList<string> Of(
        string text,
        IReadOnlyList<Range> words,
        IReadOnlyList<string?> marks
    )
    {
        var pieces = Pieces(marks)
            .OrderByDescending(p =>
                marks.Take(p).OfType<string>().Distinct(StringComparer.Ordinal).Count()
            )
            .ThenBy(p => p.Start.Value)
            .Take(MaxPieces)
            .OrderBy(p => p.Start.Value);
        return [.. pieces.Select(p => Html(text, words, marks, p))];
    }

    private static IEnumerable<Range> Pieces(IReadOnlyList<string?> marks)
    {
        for (var i = 0; i < marks.Count; )
        {
            if (marks[i] is null)
            {
                i++;
                continue;
            }
            // Near its end a text is shown from further before.
            var start = Math.Max(0, Math.Min(i - Before, marks.Count - PieceLength));
            var end = Math.Min(marks.Count, Math.Max(i + 1, start + PieceLength));
            yield return start..end;
            i = end;
        }
    }

    private static string Html(
        string text,
        IReadOnlyList<Range> words,
        IReadOnlyList<string?> marks,
        Range piece
    )
    {
        var html = new StringBuilder();
        var (first, end) = (piece.Start.Value, piece.End.Value);
        var at = first == 0 ? 0 : words[first].Start.Value;
        var until = end == words.Count ? text.Length : words[end].Start.Value;
        for (var i = first; i < end; i++)
        {
            if (marks[i] is null)
            {
                continue;
            }
            Escape(html, text.AsSpan(at, words[i].Start.Value - at));
            html.Append("<mark>");
            // Those that touch, as characters of one word do, are one mark.
            var last = i;
            while (
                last + 1 < end
                && marks[last + 1] is not null
                && words[last + 1].Start.Equals(words[last].End)
            )
            {
                last++;
            }
            Escape(html, text.AsSpan(words[i].Start..words[last].End));
            html.Append("</mark>");
            (i, at) = (last, words[last].End.Value);
        }
        Escape(html, text.AsSpan(at, until - at));
        return html.ToString().Trim();
    }

    private static ReadOnlySpan<char> AsSpan(this string text, Range range) => text.AsSpan()[range];

    private static void Escape(StringBuilder html, ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            _ = c switch
            {
                '&' => html.Append("&amp;"),
                '<' => html.Append("&lt;"),
                '>' => html.Append("&gt;"),
                '"' => html.Append("&quot;"),
                '\'' => html.Append("&#39;"),
                _ => html.Append(c),
            };
        }
    }
}
