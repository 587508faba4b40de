using System.Text.Json.Serialization;

namespace Jobs.Features;

[JsonSerializable(typeof(Dictionary<string, bool>))]
internal sealed partial class FeatureJson : JsonSerializerContext;
