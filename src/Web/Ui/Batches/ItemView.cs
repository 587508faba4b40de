using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Jobs.Batches;
using Jobs.Kinds.Documents;
using Jobs.Kinds.Queries;
using Jobs.Web.Ui.Layout;

namespace Jobs.Web.Ui.Batches;

/// <summary>An item as the table of a batch shows it.</summary>
/// <param name="Item">What is known of it.</param>
/// <param name="Label">What it was submitted as, in short; text that a caller chose.</param>
/// <param name="DocumentId">The document that it made or found.</param>
/// <param name="Answer">What a query found.</param>
/// <param name="Document">What became of a document.</param>
/// <param name="Json">The result of any other kind.</param>
/// <param name="Failure">Why it failed.</param>
public sealed record ItemView(
    ItemStatus Item,
    string Label,
    Guid? DocumentId,
    SearchAnswer? Answer,
    DocumentResult? Document,
    string? Json,
    ItemFailure? Failure
)
{
    private const int LongestLabel = 300;
    private const int LongestJson = 4000;

    public static ItemView Of(string kind, ItemStatus item, ReadOnlyMemory<byte> payload)
    {
        var answer =
            kind == BatchWords.Query ? Read(item.Result, UiJson.Default.SearchAnswer) : null;
        var document =
            kind == BatchWords.Document ? Read(item.Result, UiJson.Default.DocumentResult) : null;
        return new ItemView(
            item,
            LabelOf(kind, item, payload),
            document?.DocumentId,
            answer,
            document,
            answer is null && document is null && !item.Result.IsEmpty
                ? Format.Cut(Encoding.UTF8.GetString(item.Result.Span), LongestJson)
                : null,
            Read(item.Error, UiJson.Default.ItemFailure)
        );
    }

    private static string LabelOf(string kind, ItemStatus item, ReadOnlyMemory<byte> payload)
    {
        var property = kind switch
        {
            BatchWords.Query => "q",
            BatchWords.Document => "name",
            _ => null,
        };
        var text =
            (property is null ? null : StringOf(payload, property))
            ?? item.CustomId
            ?? Encoding.UTF8.GetString(payload.Span);
        return Format.Cut(text, LongestLabel);
    }

    private static string? StringOf(ReadOnlyMemory<byte> payload, string property)
    {
        try
        {
            using var json = JsonDocument.Parse(payload);
            return
                json.RootElement.ValueKind == JsonValueKind.Object
                && json.RootElement.TryGetProperty(property, out var value)
                && value.ValueKind == JsonValueKind.String
                ? value.GetString()
                : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // What was submitted need not be readable: then it is shown as it came.
            return null;
        }
    }

    private static T? Read<T>(ReadOnlyMemory<byte> json, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return json.IsEmpty ? null : JsonSerializer.Deserialize(json.Span, type);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
