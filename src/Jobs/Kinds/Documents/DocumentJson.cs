using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Jobs.Kinds.Documents;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(DocumentPayload))]
[JsonSerializable(typeof(DocumentResult))]
internal sealed partial class DocumentJson : JsonSerializerContext
{
    /// <summary>Writes text as it is, not escaped for HTML: a result stands in JSON alone.</summary>
    public static DocumentJson Plain { get; } =
        new(
            new JsonSerializerOptions(JsonSerializerDefaults.Web)
            {
                Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            }
        );
}
