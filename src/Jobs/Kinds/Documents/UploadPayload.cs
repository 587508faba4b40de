using System.Buffers;
using System.Text.Json;

namespace Jobs.Kinds.Documents;

/// <summary>Writes the payload of a file's item; that of a rejected file names no document.</summary>
internal static class UploadPayload
{
    public static ReadOnlyMemory<byte> Of(Guid? documentId, string name)
    {
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            if (documentId is { } id)
            {
                writer.WriteString("documentId"u8, id);
            }
            else
            {
                writer.WriteNull("documentId"u8);
            }
            writer.WriteString("name"u8, name);
            writer.WriteEndObject();
        }
        return json.WrittenMemory;
    }

    /// <summary>
    /// The result of an item whose document was read already: all that is known of it, and that nothing was computed.
    /// Empty where it waits to be read: the item waits for it then.
    /// </summary>
    public static ReadOnlyMemory<byte> OfDuplicate(StandingDocument standing) =>
        standing.Result is { } result
            ? JsonSerializer.SerializeToUtf8Bytes(result, DocumentJson.Plain.DocumentResult)
            : default;
}
