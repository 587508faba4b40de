using System.Text.Json;
using System.Text.Json.Serialization;
using Jobs.Kinds.Documents;
using Jobs.Kinds.Queries;

namespace Jobs.Web.Ui;

/// <summary>What the pages read of outcomes.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(SearchAnswer))]
[JsonSerializable(typeof(DocumentResult))]
[JsonSerializable(typeof(Batches.ItemFailure))]
internal sealed partial class UiJson : JsonSerializerContext;
