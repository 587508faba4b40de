using System.Text.Json;

namespace Jobs.Batches;

/// <summary>One line of <c>outcome_pages.outcomes</c>; see <see cref="OutcomeBuffer"/> for the form.</summary>
internal readonly record struct OutcomeLine(
    int Position,
    long Microseconds,
    ItemState State,
    ReadOnlyMemory<byte> Result,
    ReadOnlyMemory<byte> Error
)
{
    // A result may be as deep as its handler made it; what was kept must be readable.
    private static readonly JsonReaderOptions Options = new() { MaxDepth = int.MaxValue };

    public static OutcomeLine Parse(ReadOnlyMemory<byte> line)
    {
        var reader = new Utf8JsonReader(line.Span, Options);
        reader.Read();
        reader.Read();
        var position = reader.GetInt32();
        reader.Read();
        var microseconds = reader.GetInt64();
        var result = Next(ref reader, line);
        var error = result.IsEmpty ? default : Next(ref reader, line);
        if (error.IsEmpty)
        {
            return new(position, microseconds, ItemState.Succeeded, result, default);
        }
        return error.Span.SequenceEqual("null"u8)
            ? new(position, microseconds, ItemState.Cancelled, default, default)
            : new(position, microseconds, ItemState.Failed, default, error);
    }

    /// <summary>The outcomes of a page, by line.</summary>
    public static IEnumerable<OutcomeLine> ParseAll(ReadOnlyMemory<byte> lines)
    {
        while (!lines.IsEmpty)
        {
            var end = lines.Span.IndexOf((byte)'\n');
            yield return Parse(lines[..end]);
            lines = lines[(end + 1)..];
        }
    }

    // The next element of the array; empty at its end.
    private static ReadOnlyMemory<byte> Next(ref Utf8JsonReader reader, ReadOnlyMemory<byte> line)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.EndArray)
        {
            return default;
        }
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return line[start..(int)reader.BytesConsumed];
    }
}
