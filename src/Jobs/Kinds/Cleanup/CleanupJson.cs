using System.Text.Json;
using System.Text.Json.Serialization;

namespace Jobs.Kinds.Cleanup;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(CleanupPayload))]
[JsonSerializable(typeof(CleanupResult))]
internal sealed partial class CleanupJson : JsonSerializerContext;
