using System.Text.Json;
using System.Text.Json.Serialization;

namespace Jobs.Kinds.Documents;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(DocumentPayload))]
[JsonSerializable(typeof(DocumentResult))]
internal sealed partial class DocumentJson : JsonSerializerContext;
