using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Jobs.Kinds;

/// <summary>What became of one execution of an item: a result or an error.</summary>
public readonly struct ItemOutcome
{
    private ItemOutcome(ReadOnlyMemory<byte> result, ItemError? error, bool isTrusted)
    {
        Result = result;
        Error = error;
        IsTrusted = isTrusted;
    }

    /// <summary>The result as a JSON value on one line, UTF-8; empty when there is none.</summary>
    public ReadOnlyMemory<byte> Result { get; }

    /// <summary>Why it failed; null when it succeeded.</summary>
    public ItemError? Error { get; }

    /// <summary>Whether the result is known to be JSON: the serializer wrote it.</summary>
    internal bool IsTrusted { get; }

    /// <summary>Success without a result.</summary>
    public static ItemOutcome Success() => default;

    /// <summary>Success with a result that is JSON already; one that is not fails the item with <c>invalid_result</c>.</summary>
    public static ItemOutcome SuccessJson(ReadOnlyMemory<byte> json) =>
        new(json, null, isTrusted: false);

    /// <summary>Success with a result.</summary>
    public static ItemOutcome Success<T>(T result, JsonTypeInfo<T> type) =>
        new(JsonSerializer.SerializeToUtf8Bytes(result, type), null, isTrusted: true);

    public static ItemOutcome Failure(ItemError error) => new(default, error, isTrusted: true);

    /// <summary>A failure that another attempt would not mend.</summary>
    public static ItemOutcome Failure(string code, string message) =>
        Failure(new ItemError(code, message, false));
}
