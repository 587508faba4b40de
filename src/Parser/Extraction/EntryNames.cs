using System.Text;
using Jobs.Parser.Text;

namespace Jobs.Parser.Extraction;

/// <summary>
/// Names of an archive's entries. Those that are not marked as UTF-8 are in the code page of the system that wrote them,
/// which nothing says: all of an archive together tell it.
/// </summary>
internal sealed class EntryNames
{
    // Of the private use area: bytes beyond ASCII are kept there until their code page is known.
    private const char First = '\uF700';
    private readonly Encoding encoding;

    /// <summary>Finds out the code page of these.</summary>
    /// <param name="raw">As they were read with <see cref="Raw"/>.</param>
    public EntryNames(IEnumerable<string> raw)
    {
        var bytes = raw.Where(IsRaw).SelectMany(name => (byte[])[.. Bytes(name), (byte)'\n']);
        encoding = LikelyEncoding.Of([.. bytes.Take(ParserLimits.HeadLength)], CodePage.Dos);
    }

    /// <summary>Keeps bytes as they are.</summary>
    public static Encoding Raw { get; } = new RawEncoding();

    public string Of(string raw) => IsRaw(raw) ? encoding.GetString(Bytes(raw)) : raw;

    private static bool IsRaw(string name) => name.Any(c => c is >= First and <= '\uF7FF');

    private static byte[] Bytes(string raw) => [.. raw.Select(c => (byte)c)];

    private sealed class RawEncoding : Encoding
    {
        public override int GetByteCount(char[] chars, int index, int count) => count;

        public override int GetBytes(
            char[] chars,
            int charIndex,
            int charCount,
            byte[] bytes,
            int byteIndex
        )
        {
            for (var i = 0; i < charCount; i++)
            {
                bytes[byteIndex + i] = (byte)chars[charIndex + i];
            }
            return charCount;
        }

        public override int GetCharCount(byte[] bytes, int index, int count) => count;

        public override int GetChars(
            byte[] bytes,
            int byteIndex,
            int byteCount,
            char[] chars,
            int charIndex
        )
        {
            for (var i = 0; i < byteCount; i++)
            {
                var b = bytes[byteIndex + i];
                chars[charIndex + i] = b < 0x80 ? (char)b : (char)(First + b);
            }
            return byteCount;
        }

        public override int GetMaxByteCount(int charCount) => charCount;

        public override int GetMaxCharCount(int byteCount) => byteCount;
    }
}
