using System.Buffers;
using System.Buffers.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Jobs.Kinds;

namespace Jobs.Batches;

/// <summary>
/// Outcomes of items of one page in the form of the column <c>outcome_pages.outcomes</c>: a JSON array a line,
/// <c>[position, microseconds]</c> or <c>[position, microseconds, result]</c> for a success,
/// <c>[position, microseconds, null, {code, message, retryable}]</c> for a failure,
/// <c>[position, microseconds, null, null]</c> for a cancelled item. Not thread-safe.
/// </summary>
/// <param name="expected">How many outcomes there will be about.</param>
internal sealed class OutcomeBuffer(int expected = 1)
{
    /// <summary>Longest message of an error that is kept, in characters.</summary>
    private const int MaxMessage = 2_000;

    // "[position,microseconds" with room to spare, and ",]" with the end of the line.
    private const int PrefixBytes = 48;
    private const int SuffixBytes = 3;

    // A line with a short result, and what a buffer has at first.
    private const int TypicalBytes = 40;
    private const int LeastBytes = 512;
    private const int MostBytes = 64 * 1024;

    private static readonly JsonWriterOptions Plain = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    // No pool: a buffer lives from the first outcome to its settlement, which is the life of a generation.
    private readonly ArrayBufferWriter<byte> lines = new(
        Math.Clamp(expected * TypicalBytes, LeastBytes, MostBytes)
    );
    private readonly List<short> positions = new(expected);
    private SortedDictionary<string, int>? codes;

    public int Succeeded { get; private set; }

    public int Failed { get; private set; }

    public int Cancelled { get; private set; }

    public int Count => Succeeded + Failed + Cancelled;

    /// <summary>Bytes so far.</summary>
    public int Length => lines.WrittenCount;

    public ReadOnlyMemory<byte> Lines => lines.WrittenMemory;

    /// <summary>The column <c>error_codes</c>; null when nothing failed.</summary>
    public string? ErrorCodes =>
        codes is null
            ? null
            : JsonSerializer.Serialize(codes, BatchJson.Default.SortedDictionaryStringInt32);

    /// <summary>Calls back with the position of every outcome.</summary>
    public void ForEachPosition(Action<int> action)
    {
        foreach (var position in positions)
        {
            action(position);
        }
    }

    public void AddSuccess(int position, long microseconds, ReadOnlySpan<byte> result)
    {
        var line = lines.GetSpan(PrefixBytes + result.Length + SuffixBytes);
        var length = Begin(line, position, microseconds);
        if (!result.IsEmpty)
        {
            line[length++] = (byte)',';
            result.CopyTo(line[length..]);
            // A line break outside a string is white space; inside one JSON does not allow it.
            line.Slice(length, result.Length).Replace((byte)'\n', (byte)' ');
            length += result.Length;
        }
        line[length++] = (byte)']';
        line[length++] = (byte)'\n';
        lines.Advance(length);
        Succeeded++;
    }

    public void AddFailure(int position, long microseconds, ItemError error)
    {
        // What came out of a deserializer may be null whatever its type says.
        var code = error.Code ?? Kinds.ErrorCodes.HandlerError;
        Begin(position, microseconds);
        Append(",null,"u8);
        using (var json = new Utf8JsonWriter(lines, Plain))
        {
            json.WriteStartObject();
            json.WriteString("code"u8, code);
            json.WriteString("message"u8, Shorten(error.Message ?? ""));
            json.WriteBoolean("retryable"u8, error.Retryable);
            json.WriteEndObject();
        }
        Append("]\n"u8);
        Failed++;
        codes ??= new SortedDictionary<string, int>(StringComparer.Ordinal);
        codes[code] = codes.GetValueOrDefault(code) + 1;
    }

    public void AddCancelled(int position, long microseconds)
    {
        Begin(position, microseconds);
        Append(",null,null]\n"u8);
        Cancelled++;
    }

    private void Begin(int position, long microseconds) =>
        lines.Advance(Begin(lines.GetSpan(PrefixBytes), position, microseconds));

    private int Begin(Span<byte> line, int position, long microseconds)
    {
        positions.Add((short)position);
        line[0] = (byte)'[';
        Utf8Formatter.TryFormat(position, line[1..], out var length);
        length++;
        line[length++] = (byte)',';
        Utf8Formatter.TryFormat(microseconds, line[length..], out var digits);
        return length + digits;
    }

    private void Append(ReadOnlySpan<byte> text) => lines.Write(text);

    // A message cut within a surrogate pair would not be text any more.
    private static string Shorten(string message) =>
        message.Length <= MaxMessage
            ? message
            : message[
                ..(char.IsHighSurrogate(message[MaxMessage - 1]) ? MaxMessage - 1 : MaxMessage)
            ];
}
