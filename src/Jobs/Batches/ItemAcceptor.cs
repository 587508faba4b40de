using System.Buffers;

namespace Jobs.Batches;

/// <summary>
/// Says quickly of most items that they are sound: a JSON object (RFC 8259) without an id of its caller's. What it does
/// not accept may be sound all the same; <see cref="ItemScanner"/> reads that in full. It looks at most bytes many at a
/// time, which is a third of what a reader of tokens takes.
/// </summary>
internal static class ItemAcceptor
{
    private const int MostDepth = 32;

    // What ends a run of plain bytes in a string: its end, an escape, or what must not be there.
    private static readonly SearchValues<byte> Special = SearchValues.Create([
        (byte)'"',
        (byte)'\\',
        .. Enumerable.Range(0, 0x20).Select(b => (byte)b),
    ]);

    /// <summary>Whether it is certainly sound.</summary>
    /// <param name="item">Valid UTF-8.</param>
    public static bool Accepts(ReadOnlySpan<byte> item)
    {
        if (item.IsEmpty || item[0] != '{')
        {
            return false;
        }
        // A bit for each level that is open: whether it is an object.
        uint objects = 0;
        var depth = 0;
        var at = 0;
        while (true)
        {
            if (!BeginsValue(item, ref at, ref objects, ref depth, out var opened))
            {
                return false;
            }
            if (opened && (objects & 1) != 0 && !PassName(item, ref at, depth))
            {
                return false;
            }
            if (opened)
            {
                continue;
            }
            // After a value: what it was in goes on, or ends and is a value that has ended itself.
            while (true)
            {
                if (depth == 0)
                {
                    return at == item.Length;
                }
                PassSpace(item, ref at);
                if (at == item.Length)
                {
                    return false;
                }
                var next = item[at++];
                if (next == ',')
                {
                    if ((objects & 1) != 0 && !PassName(item, ref at, depth))
                    {
                        return false;
                    }
                    break;
                }
                if (next != ((objects & 1) != 0 ? (byte)'}' : (byte)']'))
                {
                    return false;
                }
                objects >>= 1;
                depth--;
            }
        }
    }

    // Passes a value that is not composed, or an empty one; of any other only its opening bracket.
    private static bool BeginsValue(
        ReadOnlySpan<byte> item,
        ref int at,
        ref uint objects,
        ref int depth,
        out bool opened
    )
    {
        opened = false;
        PassSpace(item, ref at);
        if (at == item.Length)
        {
            return false;
        }
        switch (item[at])
        {
            case (byte)'"':
                return PassString(item, ref at, out _);
            case (byte)'{' or (byte)'[':
                var isObject = item[at++] == '{';
                PassSpace(item, ref at);
                if (at < item.Length && item[at] == (isObject ? (byte)'}' : (byte)']'))
                {
                    at++;
                    return true;
                }
                if (++depth > MostDepth)
                {
                    return false;
                }
                objects = (objects << 1) | (isObject ? 1u : 0u);
                opened = true;
                return true;
            case (byte)'t':
                return PassWord(item, ref at, "true"u8);
            case (byte)'f':
                return PassWord(item, ref at, "false"u8);
            case (byte)'n':
                return PassWord(item, ref at, "null"u8);
            default:
                return PassNumber(item, ref at);
        }
    }

    // A name and its colon. One that may be that of the caller's id is for the scanner.
    private static bool PassName(ReadOnlySpan<byte> item, ref int at, int depth)
    {
        PassSpace(item, ref at);
        var start = at;
        if (at == item.Length || item[at] != '"' || !PassString(item, ref at, out var escaped))
        {
            return false;
        }
        if (depth == 1 && (escaped || item[start..at].SequenceEqual("\"customId\""u8)))
        {
            return false;
        }
        PassSpace(item, ref at);
        return at < item.Length && item[at++] == ':';
    }

    private static bool PassString(ReadOnlySpan<byte> item, ref int at, out bool escaped)
    {
        escaped = false;
        at++;
        while (true)
        {
            var run = item[at..].IndexOfAny(Special);
            if (run < 0)
            {
                return false;
            }
            at += run;
            if (item[at] == '"')
            {
                at++;
                return true;
            }
            // Of escapes only those of one character; the others are for the scanner.
            escaped = true;
            if (
                item[at] != '\\'
                || at + 1 == item.Length
                || "\"\\/bfnrt"u8.IndexOf(item[at + 1]) < 0
            )
            {
                return false;
            }
            at += 2;
        }
    }

    private static bool PassNumber(ReadOnlySpan<byte> item, ref int at)
    {
        if (item[at] == '-')
        {
            at++;
        }
        var first = at;
        if (!PassDigits(item, ref at) || (item[first] == '0' && at > first + 1))
        {
            return false;
        }
        if (at < item.Length && item[at] == '.')
        {
            at++;
            if (!PassDigits(item, ref at))
            {
                return false;
            }
        }
        if (at < item.Length && item[at] is (byte)'e' or (byte)'E')
        {
            at++;
            if (at < item.Length && item[at] is (byte)'+' or (byte)'-')
            {
                at++;
            }
            return PassDigits(item, ref at);
        }
        return true;
    }

    private static bool PassDigits(ReadOnlySpan<byte> item, ref int at)
    {
        var first = at;
        while (at < item.Length && char.IsAsciiDigit((char)item[at]))
        {
            at++;
        }
        return at > first;
    }

    private static bool PassWord(ReadOnlySpan<byte> item, ref int at, ReadOnlySpan<byte> word)
    {
        if (!item[at..].StartsWith(word))
        {
            return false;
        }
        at += word.Length;
        return true;
    }

    private static void PassSpace(ReadOnlySpan<byte> item, ref int at)
    {
        while (at < item.Length && item[at] is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r')
        {
            at++;
        }
    }
}
