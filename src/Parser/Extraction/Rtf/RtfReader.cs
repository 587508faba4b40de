namespace Jobs.Parser.Extraction.Rtf;

/// <summary>Divides RTF into tokens, after the grammar of the specification 1.9.1.</summary>
internal sealed class RtfReader(Stream stream)
{
    private const int MaxWord = 32;
    private readonly byte[] buffer = new byte[64 * 1024];
    private int length;
    private int position;

    public RtfToken Next()
    {
        while (true)
        {
            var b = Read();
            switch (b)
            {
                case -1:
                    return default;
                case '{':
                    return new RtfToken(RtfTokenKind.Open);
                case '}':
                    return new RtfToken(RtfTokenKind.Close);
                case '\\':
                    return Control();
                // The file's own line ends say nothing.
                case '\r' or '\n' or 0:
                    continue;
                default:
                    return new RtfToken(RtfTokenKind.Byte, Number: b);
            }
        }
    }

    /// <summary>Leaves out binary data.</summary>
    public void Skip(int count)
    {
        while (count-- > 0 && Read() >= 0) { }
    }

    private RtfToken Control()
    {
        var b = Read();
        if (b < 0)
        {
            return default;
        }
        if (b == '\'')
        {
            var (high, low) = (Hex(Read()), Hex(Read()));
            return high < 0 || low < 0
                ? new RtfToken(RtfTokenKind.Word, "")
                : new RtfToken(RtfTokenKind.Byte, Number: (high * 16) + low);
        }
        if (!char.IsAsciiLetter((char)b))
        {
            return b is '{' or '}' or '\\'
                ? new RtfToken(RtfTokenKind.Byte, Number: b)
                : new RtfToken(RtfTokenKind.Word, b is '\r' or '\n' ? "par" : ((char)b).ToString());
        }
        Span<char> word = stackalloc char[MaxWord];
        var letters = 0;
        for (; b >= 0 && char.IsAsciiLetter((char)b); b = Read())
        {
            if (letters < MaxWord)
            {
                word[letters++] = (char)b;
            }
        }
        var number = Number(ref b);
        // A space after a word belongs to it.
        if (b is not (' ' or -1))
        {
            position--;
        }
        return new RtfToken(RtfTokenKind.Word, word[..letters].ToString(), number);
    }

    private int? Number(ref int b)
    {
        var isNegative = b == '-';
        if (isNegative)
        {
            b = Read();
        }
        if (b < 0 || !char.IsAsciiDigit((char)b))
        {
            return null;
        }
        long number = 0;
        for (; b >= 0 && char.IsAsciiDigit((char)b); b = Read())
        {
            number = Math.Min((number * 10) + (b - '0'), int.MaxValue);
        }
        return (int)(isNegative ? -number : number);
    }

    // After it, position can go back by one: a byte that was read is always in the buffer.
    private int Read()
    {
        if (position == length)
        {
            if (length > 0)
            {
                buffer[0] = buffer[length - 1];
            }
            length = 1 + stream.ReadAtLeast(buffer.AsSpan(1), 1, throwOnEndOfStream: false);
            position = 1;
            if (length == 1)
            {
                return -1;
            }
        }
        return buffer[position++];
    }

    private static int Hex(int b) =>
        b >= 0 && char.IsAsciiHexDigit((char)b) ? Convert.ToInt32(((char)b).ToString(), 16) : -1;
}
