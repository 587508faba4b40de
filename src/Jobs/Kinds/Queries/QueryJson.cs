using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Jobs.Kinds.Queries;

/// <summary>Search in JSON, for hosts and handlers alike.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(SearchAnswer))]
[JsonSerializable(typeof(QueryPayload))]
internal sealed partial class QueryJson : JsonSerializerContext
{
    /// <summary>Writes text as it is, not escaped for HTML: a result stands in JSON alone.</summary>
    public static QueryJson Plain { get; } =
        new(
            new JsonSerializerOptions(JsonSerializerDefaults.Web)
            {
                Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            }
        );
}
