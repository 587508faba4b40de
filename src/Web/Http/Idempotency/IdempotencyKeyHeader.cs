using System.Text;
using Jobs.Idempotency;
using Microsoft.Extensions.Primitives;

namespace Jobs.Web.Http.Idempotency;

/// <summary>The header <c>Idempotency-Key</c>: a string in quotes, as its draft standard says, or bare.</summary>
internal static class IdempotencyKeyHeader
{
    public const string Name = "Idempotency-Key";

    /// <summary>The key; null with the rule that it breaks.</summary>
    public static string? Parse(StringValues values, out string rule)
    {
        rule =
            $"must be one string of 1 to {IdempotencyKeys.KeyLength} visible characters, in quotes or bare";
        if (values.Count != 1 || values[0] is not { } text)
        {
            return null;
        }
        text = text.Trim();
        var key = text.StartsWith('"') ? Unquote(text) : text;
        return
            key is { Length: > 0 and <= IdempotencyKeys.KeyLength }
            && key.All(c => c is >= ' ' and <= '~')
            ? key
            : null;
    }

    private static string? Unquote(string text)
    {
        if (text.Length < 2 || !text.EndsWith('"'))
        {
            return null;
        }
        var key = new StringBuilder(text.Length);
        for (var i = 1; i < text.Length - 1; i++)
        {
            if (text[i] == '"' || (text[i] == '\\' && ++i == text.Length - 1))
            {
                return null;
            }
            key.Append(text[i]);
        }
        return key.ToString();
    }
}
