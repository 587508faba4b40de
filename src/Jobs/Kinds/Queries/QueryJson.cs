using System.Text.Json;
using System.Text.Json.Serialization;

namespace Jobs.Kinds.Queries;

/// <summary>Search in JSON, for hosts and handlers alike.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(SearchAnswer))]
[JsonSerializable(typeof(QueryPayload))]
internal sealed partial class QueryJson : JsonSerializerContext;
