using System.Text.Json;
using System.Text.Json.Serialization;
using Jobs.Kinds;

namespace Jobs.Tests.Docs.Snippets;

public sealed record CountWords(string Text);

public sealed record WordCount(int Words);

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true
)]
[JsonSerializable(typeof(CountWords))]
[JsonSerializable(typeof(WordCount))]
internal sealed partial class WordsJson : JsonSerializerContext;

internal sealed class WordsHandler : IItemHandler
{
    public ValueTask<ItemOutcome> HandleAsync(Item item, CancellationToken cancellationToken)
    {
        var text = item.Read(WordsJson.Default.CountWords).Text;
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;
        return new(ItemOutcome.Success(new WordCount(words), WordsJson.Default.WordCount));
    }
}
