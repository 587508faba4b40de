using System.Text.Json;
using System.Text.Json.Serialization;
using Jobs.Batches;

namespace Jobs.Notifications.Webhooks;

/// <summary>The body of a message: the status object, as the API answers it.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(BatchStatus))]
internal sealed partial class WebhookJson : JsonSerializerContext;
