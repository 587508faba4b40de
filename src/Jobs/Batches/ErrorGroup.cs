using System.Text.Json;

namespace Jobs.Batches;

/// <summary>The failures of a batch that have the same code.</summary>
public sealed record ErrorGroup(string Code, int Count, ItemStatus Sample)
{
    internal static string CodeOf(ReadOnlyMemory<byte> error)
    {
        var reader = new Utf8JsonReader(error.Span);
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("code"u8))
            {
                reader.Read();
                return reader.GetString()!;
            }
        }
        return "";
    }
}
