using System.Text.Json;
using System.Text.Unicode;

namespace Jobs.Batches;

/// <summary>Looks once over the bytes of an item: is it a JSON object, and which id did its caller give it.</summary>
public static class ItemScanner
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 64 };

    /// <summary>Null when the item is sound; otherwise the field (relative to the item, empty for itself) and the rule.</summary>
    /// <param name="item">UTF-8.</param>
    /// <param name="customId">The value of its <c>customId</c>, if it has one.</param>
    /// <param name="malformed">Whether it is not JSON at all.</param>
    public static BatchError? Scan(
        ReadOnlySpan<byte> item,
        out string? customId,
        out bool malformed
    )
    {
        customId = null;
        malformed = true;
        if (!Utf8.IsValid(item))
        {
            return new BatchError("", "is not valid UTF-8");
        }
        if (ItemAcceptor.Accepts(item))
        {
            malformed = false;
            return null;
        }
        try
        {
            var reader = new Utf8JsonReader(item, Options);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                malformed = false;
                return new BatchError("", "must be an object");
            }
            while (reader.Read())
            {
                if (
                    reader.TokenType == JsonTokenType.PropertyName
                    && reader.CurrentDepth == 1
                    && reader.ValueTextEquals("customId"u8)
                )
                {
                    reader.Read();
                    if (ReadCustomId(ref reader, out customId) is { } error)
                    {
                        malformed = false;
                        return error;
                    }
                }
            }
            malformed = false;
            return null;
        }
        catch (JsonException e)
        {
            return new BatchError("", $"is not valid JSON (byte {e.BytePositionInLine ?? 0})");
        }
    }

    private static BatchError? ReadCustomId(ref Utf8JsonReader reader, out string? customId)
    {
        customId = null;
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }
        if (reader.TokenType != JsonTokenType.String)
        {
            return new BatchError("customId", "must be a string");
        }
        try
        {
            customId = reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return new BatchError("customId", "is not valid Unicode text");
        }
        if (customId.Length is 0 or > BatchLimits.CustomIdLength)
        {
            return new BatchError(
                "customId",
                $"must have 1 to {BatchLimits.CustomIdLength} characters"
            );
        }
        foreach (var c in customId)
        {
            if (char.IsControl(c))
            {
                return new BatchError("customId", "must not contain control characters");
            }
        }
        return null;
    }
}
