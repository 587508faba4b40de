using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;
using Jobs.Parser.Extraction;

namespace Jobs.Parser.Text;

/// <summary>
/// In which encoding a text is: what its byte order mark says, else UTF-16 or UTF-32 where its bytes are such, else
/// UTF-8 where all of it is valid, else what markup declares, else what is <see cref="LikelyEncoding"/>.
/// </summary>
internal static partial class TextEncoding
{
    private const int BufferLength = 64 * 1024;

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    static TextEncoding() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    /// <summary>Western European, and what browsers take for an encoding that nobody named.</summary>
    public static Encoding Windows1252 => Encoding.GetEncoding(1252);

    /// <summary>Opens a text; what is not valid in its encoding reads as U+FFFD.</summary>
    /// <param name="file">The text.</param>
    /// <param name="declares">Whether a <c>meta</c> element or an XML declaration may name the encoding.</param>
    public static async Task<StreamReader> OpenAsync(
        SourceFile file,
        bool declares,
        CancellationToken ct
    )
    {
        var encoding = await DetectAsync(file, declares, ct);
        return new StreamReader(
            file.OpenRead(),
            encoding,
            detectEncodingFromByteOrderMarks: true,
            BufferLength
        );
    }

    public static async Task<Encoding> DetectAsync(
        SourceFile file,
        bool declares,
        CancellationToken ct
    )
    {
        await using var stream = file.OpenRead();
        var buffer = ArrayPool<byte>.Shared.Rent(BufferLength);
        try
        {
            var read = await stream.ReadAtLeastAsync(
                buffer.AsMemory(0, BufferLength),
                ParserLimits.HeadLength,
                false,
                ct
            );
            var head = buffer.AsMemory(0, Math.Min(read, ParserLimits.HeadLength));
            if (OfHead(head.Span) is { } wide)
            {
                return wide;
            }
            var named = declares ? Declared(head.Span) : null;
            // What is valid UTF-8 by accident is rarer than a declaration that somebody forgot to change.
            return await IsUtf8Async(stream, buffer, read, ct)
                ? Encoding.UTF8
                : named ?? await LikelyAsync(file, ct);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>What the first bytes alone decide; null when they leave it open.</summary>
    public static Encoding? OfHead(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
        {
            return Encoding.UTF8;
        }
        if (head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE, 0, 0]))
        {
            return Encoding.UTF32;
        }
        if (head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]))
        {
            return Encoding.Unicode;
        }
        if (head.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
        {
            return Encoding.BigEndianUnicode;
        }
        // Japanese of seven bits says when it begins.
        if (head.IndexOf("\e$B"u8) >= 0 || head.IndexOf("\e$@"u8) >= 0)
        {
            return Encoding.GetEncoding("iso-2022-jp");
        }
        return WideEncoding.Of(head);
    }

    private static async Task<Encoding> LikelyAsync(SourceFile file, CancellationToken ct)
    {
        await using var stream = file.OpenRead();
        var bytes = new byte[BufferLength];
        var length = await stream.ReadAtLeastAsync(
            bytes,
            bytes.Length,
            throwOnEndOfStream: false,
            ct
        );
        return LikelyEncoding.Of(bytes.AsSpan(0, length));
    }

    private static Encoding? Declared(ReadOnlySpan<byte> head)
    {
        var latin = Encoding.Latin1.GetString(head);
        var match = XmlEncoding().Match(latin);
        match = match.Success ? match : MetaCharset().Match(latin);
        if (!match.Success)
        {
            return null;
        }
        try
        {
            var encoding = Encoding.GetEncoding(match.Groups["name"].Value);
            return encoding.CodePage switch
            {
                // A declaration that can be read as single bytes does not stand in UTF-16, and what is in UTF-8 is
                // known by its bytes.
                1200 or 1201 or 12000 or 12001 or 65001 => null,
                // Windows' own pages have all letters of those of ISO, and the quotes that people take for theirs.
                20127 or 28591 => Windows1252,
                28599 => Encoding.GetEncoding(1254),
                936 or 20936 => Encoding.GetEncoding(54936),
                _ => encoding,
            };
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    private static async Task<bool> IsUtf8Async(
        Stream stream,
        byte[] buffer,
        int read,
        CancellationToken ct
    )
    {
        var decoder = StrictUtf8.GetDecoder();
        var chars = ArrayPool<char>.Shared.Rent(BufferLength + 1);
        try
        {
            while (read > 0)
            {
                // Decoded and not only counted: that carries a character that two buffers share.
                decoder.GetChars(buffer.AsSpan(0, read), chars, flush: false);
                read = await stream.ReadAsync(buffer.AsMemory(0, BufferLength), ct);
            }
            // Half a character at the end is none.
            decoder.GetChars([], chars, flush: true);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
        finally
        {
            ArrayPool<char>.Shared.Return(chars);
        }
    }

    [GeneratedRegex(
        """\A\s*<\?xml[^>]{1,200}?encoding\s*=\s*["'](?<name>[a-zA-Z0-9_:.-]{2,40})["']""",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex XmlEncoding();

    [GeneratedRegex(
        """<meta[^>]{1,300}?charset\s*=\s*["']?\s*(?<name>[a-zA-Z0-9_:.-]{2,40})""",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex MetaCharset();
}
