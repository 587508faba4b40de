using System.Text.Json;
using System.Text.Json.Serialization;

namespace Jobs.Kinds.Maintenance;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(MaintenancePayload))]
[JsonSerializable(typeof(MaintenanceResult))]
internal sealed partial class MaintenanceJson : JsonSerializerContext;
