using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Jobs.Parser.Formats;
using Jobs.Parser.Text;

namespace Jobs.Parser.Extraction;

/// <summary>
/// JSON and JSON a line as text: a line for every string, number and truth value, after the names that lead to it.
/// It goes from token to token and never holds the document.
/// </summary>
internal sealed class JsonExtractor(PlainTextExtractor plain) : ITextExtractor
{
    private const int MaxDepth = 256;
    private const int FirstBuffer = 64 * 1024;

    // Longer strings are data, not text: their beginning stands for them.
    private const int MaxValue = 1024 * 1024;

    private static readonly JsonReaderOptions Options = new()
    {
        AllowMultipleValues = true,
        AllowTrailingCommas = true,
        CommentHandling = JsonCommentHandling.Skip,
        MaxDepth = MaxDepth,
    };

    public IReadOnlyList<DocumentFormat> Formats => [DocumentFormat.Json, DocumentFormat.NdJson];

    public async Task ExtractAsync(
        SourceFile file,
        ExtractedText text,
        CancellationToken cancellationToken
    )
    {
        var encoding = await TextEncoding.DetectAsync(file, declares: false, cancellationToken);
        await using var bytes = file.OpenRead();
        await using var utf8 = Encoding.CreateTranscodingStream(
            bytes,
            encoding,
            new UTF8Encoding(false)
        );
        var buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
        try
        {
            var state = new JsonReaderState(Options);
            var path = new JsonPath();
            var held = 0;
            var first = true;
            while (!text.IsFull)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (held == buffer.Length)
                {
                    buffer = Grow(buffer);
                }
                var read = await utf8.ReadAtLeastAsync(
                    buffer.AsMemory(held),
                    buffer.Length - held,
                    throwOnEndOfStream: false,
                    cancellationToken
                );
                var available = held + read;
                var skip =
                    first && buffer.AsSpan(0, available).StartsWith(Encoding.UTF8.Preamble) ? 3 : 0;
                first = false;
                var last = available < buffer.Length;
                var used =
                    skip + Read(buffer.AsSpan(skip, available - skip), last, ref state, path, text);
                buffer.AsSpan(used, available - used).CopyTo(buffer);
                held = available - used;
                if (last)
                {
                    return;
                }
            }
            text.Warn(DocumentWarnings.Truncated);
        }
        catch (JsonException e)
            when (e.Message.Contains("maximum configured depth", StringComparison.Ordinal))
        {
            throw new ParseException(
                ParseErrors.NestedTooDeep,
                $"Its values are nested deeper than {MaxDepth}. Send what is in them in a flatter form.",
                e
            );
        }
        catch (JsonException e) when (text.IsEmpty)
        {
            throw new ParseException(
                ParseErrors.Unreadable,
                $"Line {e.LineNumber + 1} is not valid JSON. Mend it, or send it as .txt.",
                e
            );
        }
        catch (JsonException)
        {
            // Cut, or a line of a log that is no value: its text is there all the same.
            text.Clear();
            text.Warn(DocumentWarnings.Damaged);
            await plain.ExtractAsync(file, text, cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static int Read(
        ReadOnlySpan<byte> utf8,
        bool last,
        ref JsonReaderState state,
        JsonPath path,
        ExtractedText text
    )
    {
        var reader = new Utf8JsonReader(utf8, last, state);
        while (!text.IsFull && reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    path.Name(reader.CurrentDepth, Text(ref reader, text));
                    break;
                case JsonTokenType.String:
                    text.AddLine(path.Line(reader.CurrentDepth, Text(ref reader, text)));
                    break;
                case JsonTokenType.Number:
                case JsonTokenType.True:
                case JsonTokenType.False:
                    text.AddLine(
                        path.Line(reader.CurrentDepth, Encoding.UTF8.GetString(reader.ValueSpan))
                    );
                    break;
                case JsonTokenType.StartArray:
                case JsonTokenType.StartObject:
                    path.Open(reader.CurrentDepth);
                    break;
                default:
                    break;
            }
        }
        state = reader.CurrentState;
        return (int)reader.BytesConsumed;
    }

    private static string Text(ref Utf8JsonReader reader, ExtractedText text)
    {
        if (reader.ValueSpan.Length > MaxValue)
        {
            text.Warn(DocumentWarnings.Truncated);
            return Encoding.UTF8.GetString(reader.ValueSpan[..MaxValue]);
        }
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, escaped: valid JSON and no valid text.
            return Encoding.UTF8.GetString(reader.ValueSpan);
        }
    }

    private static byte[] Grow(byte[] buffer)
    {
        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }

    /// <summary>The names that lead to the present value, by depth; a level of an array has none.</summary>
    private sealed class JsonPath
    {
        private const int MaxName = 128;
        private readonly string?[] names = new string?[MaxDepth + 2];

        public void Open(int depth) => names[depth + 1] = null;

        public void Name(int depth, string name) =>
            names[depth] = CleanText.Cut(name, Math.Min(name.Length, MaxName));

        public string Line(int depth, string value)
        {
            var path = string.Join('.', names.Take(depth + 1).Where(n => n is not null));
            return path.Length == 0
                ? value
                : string.Create(CultureInfo.InvariantCulture, $"{path}: {value}");
        }
    }
}
