using System.Text.Json;
using System.Text.Json.Serialization;

namespace Jobs.Kinds.CacheWarming;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(WarmPayload))]
[JsonSerializable(typeof(WarmResult))]
[JsonSerializable(typeof(FrequentResult))]
internal sealed partial class WarmJson : JsonSerializerContext;
