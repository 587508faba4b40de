using System.Globalization;
using System.Text;

namespace Jobs.Kinds.Queries.Reports;

/// <summary>
/// Puts <c>$1</c> and so on in the places of <c>:name</c>, outside of literals, names in quotes and comments, and
/// makes sure that there is one statement. It need not be perfect: PostgreSQL takes one statement at a time, reads only
/// queries from a cursor, and whatever value a caller sends is bound.
/// </summary>
internal static class ReportSql
{
    /// <summary>The query as PostgreSQL takes it, and the names of what is bound.</summary>
    /// <exception cref="FormatException">It is not one query.</exception>
    public static (string Sql, IReadOnlyList<string> Bound) Bind(string text)
    {
        var sql = new StringBuilder();
        var bound = new List<string>();
        var ended = false;
        for (var i = 0; i < text.Length; )
        {
            var end = Skip(text, i);
            if (end > i)
            {
                // A comment says nothing to PostgreSQL.
                sql.Append(IsComment(text, i) ? " " : text.AsSpan(i, end - i));
                ended = ended && IsComment(text, i);
                i = end;
                continue;
            }
            var c = text[i];
            if (ended && !char.IsWhiteSpace(c))
            {
                throw new FormatException("it must be one statement");
            }
            if (c == ';')
            {
                ended = true;
                i++;
            }
            else if (c == ':' && IsNext(text, i, ':'))
            {
                sql.Append("::");
                i += 2;
            }
            else if (c == ':' && i + 1 < text.Length && char.IsAsciiLetterLower(text[i + 1]))
            {
                end = i + 1;
                while (
                    end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_')
                )
                {
                    end++;
                }
                var name = text[(i + 1)..end];
                var place = bound.IndexOf(name);
                if (place < 0)
                {
                    place = bound.Count;
                    bound.Add(name);
                }
                sql.Append(CultureInfo.InvariantCulture, $"${place + 1}");
                i = end;
            }
            else
            {
                sql.Append(c);
                i++;
            }
        }
        var query = sql.ToString().Trim();
        return query.Length > 0 ? (query, bound) : throw new FormatException("it has no query");
    }

    // The end of a literal, a name in quotes, or a comment that starts here; else the place itself.
    private static int Skip(string text, int at) =>
        text[at] switch
        {
            '\'' => Quoted(text, at, '\'', at > 0 && text[at - 1] is 'e' or 'E'),
            '"' => Quoted(text, at, '"', false),
            '$' => Dollar(text, at),
            '-' when IsNext(text, at, '-') => LineEnd(text, at),
            '/' when IsNext(text, at, '*') => BlockEnd(text, at),
            _ => at,
        };

    private static bool IsComment(string text, int at) =>
        (text[at] == '-' && IsNext(text, at, '-')) || (text[at] == '/' && IsNext(text, at, '*'));

    private static bool IsNext(string text, int at, char next) =>
        at + 1 < text.Length && text[at + 1] == next;

    private static int Quoted(string text, int at, char quote, bool escapes)
    {
        for (var i = at + 1; i < text.Length; i++)
        {
            if (escapes && text[i] == '\\')
            {
                i++;
            }
            else if (text[i] == quote)
            {
                if (!IsNext(text, i, quote))
                {
                    return i + 1;
                }
                i++;
            }
        }
        throw new FormatException("a quote is not closed");
    }

    private static int Dollar(string text, int at)
    {
        var tagEnd = at + 1;
        while (tagEnd < text.Length && (char.IsLetterOrDigit(text[tagEnd]) || text[tagEnd] == '_'))
        {
            tagEnd++;
        }
        if (tagEnd == text.Length || text[tagEnd] != '$')
        {
            throw new FormatException("parameters are named as :name");
        }
        var tag = text[at..(tagEnd + 1)];
        var end = text.IndexOf(tag, tagEnd + 1, StringComparison.Ordinal);
        return end < 0 ? throw new FormatException("a quote is not closed") : end + tag.Length;
    }

    private static int LineEnd(string text, int at)
    {
        var end = text.IndexOf('\n', at);
        return end < 0 ? text.Length : end;
    }

    private static int BlockEnd(string text, int at)
    {
        var depth = 0;
        for (var i = at; i < text.Length - 1; i++)
        {
            if (text[i] == '/' && text[i + 1] == '*')
            {
                depth++;
                i++;
            }
            else if (text[i] == '*' && text[i + 1] == '/')
            {
                depth--;
                i++;
                if (depth == 0)
                {
                    return i + 1;
                }
            }
        }
        throw new FormatException("a comment is not closed");
    }
}
