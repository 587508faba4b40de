using System.Text.Json.Serialization;

namespace Jobs.Monitoring.Samples;

[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class SampleJson : JsonSerializerContext;
