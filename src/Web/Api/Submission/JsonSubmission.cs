using System.Text.Json;
using Jobs.Batches;

namespace Jobs.Web.Api.Submission;

/// <summary>
/// Reads a batch from one JSON object. It is read twice: once for what is said of the batch, wherever in the object that
/// stands, then for its items, which go to the submission one by one.
/// </summary>
/// <param name="take">Is offered every field by its path first, for what is said beside the batch.</param>
internal sealed class JsonSubmission(
    ReadOnlyMemory<byte> body,
    DraftBuilder draft,
    string itemsField,
    Func<string, FieldValue, bool>? take = null
)
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 64 };
    private Range? items;

    /// <summary>Gathers the fields.</summary>
    /// <param name="allowFields">Whether the object may say more than its items.</param>
    /// <param name="requireItems">Whether it must have the list of items.</param>
    /// <exception cref="BatchRefusedException">It is not JSON.</exception>
    public void ReadEnvelope(bool allowFields = true, bool requireItems = true)
    {
        try
        {
            var reader = new Utf8JsonReader(body.Span, Options);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                throw new BatchRefusedException("$", "must be an object", malformed: true);
            }
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = Text(ref reader);
                reader.Read();
                ReadField(ref reader, name, allowFields);
            }
            // Whatever follows the object is read for its errors.
            while (reader.Read()) { }
        }
        catch (JsonException e)
        {
            throw new BatchRefusedException(
                "$",
                $"is not valid JSON: line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}",
                malformed: true
            );
        }
        if (items is null && requireItems)
        {
            draft.Refuse(itemsField, "is required");
        }
    }

    /// <summary>Whether there is a list of items.</summary>
    public bool HasItems => items is not null;

    /// <summary>The items, one by one.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Items()
    {
        var rest = body[items!.Value];
        var state = new JsonReaderState(Options);
        var at = 0;
        while (NextItem(rest, ref at, ref state) is { IsEmpty: false } item)
        {
            yield return item;
        }
    }

    private static ReadOnlyMemory<byte> NextItem(
        ReadOnlyMemory<byte> array,
        ref int at,
        ref JsonReaderState state
    )
    {
        var reader = new Utf8JsonReader(array.Span[at..], isFinalBlock: true, state);
        if (at == 0)
        {
            reader.Read();
        }
        reader.Read();
        if (reader.TokenType == JsonTokenType.EndArray)
        {
            return default;
        }
        var start = at + (int)reader.TokenStartIndex;
        reader.Skip();
        at += (int)reader.BytesConsumed;
        state = reader.CurrentState;
        return array[start..at];
    }

    private void ReadField(ref Utf8JsonReader reader, string name, bool allowFields)
    {
        if (name == itemsField)
        {
            ReadItems(ref reader);
        }
        else if (!allowFields)
        {
            draft.Refuse(name, $"is not known here; send {itemsField} alone");
            reader.Skip();
        }
        else if (name is "options" or "metadata")
        {
            ReadObject(ref reader, name);
        }
        else
        {
            var value = Value(ref reader);
            if (take?.Invoke(name, value) != true && !draft.TrySet(name, value))
            {
                draft.Refuse(name, "is not a field of a batch");
            }
        }
    }

    private void ReadItems(ref Utf8JsonReader reader)
    {
        if (items is not null)
        {
            draft.Refuse(itemsField, "must be there once");
        }
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            draft.Refuse(itemsField, "must be an array");
            items = 0..0;
            reader.Skip();
            return;
        }
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        items = start..(int)reader.BytesConsumed;
    }

    private void ReadObject(ref Utf8JsonReader reader, string name)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return;
        }
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            draft.Refuse(name, "must be an object");
            reader.Skip();
            return;
        }
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = Text(ref reader);
            reader.Read();
            var value = Value(ref reader);
            if (name == "metadata")
            {
                draft.SetMetadata(key, value);
            }
            else if (
                take?.Invoke($"options.{key}", value) != true
                && !draft.TrySetOption($"options.{key}", key, value)
            )
            {
                draft.Refuse($"options.{key}", "is not an option of a batch");
            }
        }
    }

    private FieldValue Value(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                return new FieldValue(Text(ref reader), true, false, false);
            case JsonTokenType.Number:
                return new FieldValue(
                    System.Text.Encoding.ASCII.GetString(reader.ValueSpan),
                    false,
                    true,
                    false
                );
            case JsonTokenType.True or JsonTokenType.False:
                return new FieldValue(
                    reader.TokenType == JsonTokenType.True ? "true" : "false",
                    false,
                    false,
                    false
                )
                {
                    IsBoolean = true,
                };
            case JsonTokenType.Null:
                return new FieldValue("", false, false, true);
            default:
                reader.Skip();
                return new FieldValue("", false, false, false);
        }
    }

    private string Text(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            draft.Refuse("$", "contains text that is not valid Unicode");
            return "";
        }
    }
}
