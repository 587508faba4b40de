using System.Text.Json;
using System.Text.Json.Serialization;

namespace Jobs.CrashHost;

/// <summary>An item that says what becomes of it.</summary>
/// <param name="Number">Its index in its batch.</param>
/// <param name="Fate">What becomes of it.</param>
/// <param name="Milliseconds">How long it takes.</param>
public sealed record CrashItem(int Number, CrashFate Fate, int Milliseconds)
{
    public const string Kind = "work";

    /// <summary>In the result of every item that succeeds, and nowhere else.</summary>
    public const string Mark = "it-is-done";

    /// <summary>The code of those that fail.</summary>
    public const string ErrorCode = "told_to_fail";

    public byte[] ToJson() =>
        JsonSerializer.SerializeToUtf8Bytes(this, CrashJson.Default.CrashItem);
}

[JsonConverter(typeof(JsonStringEnumConverter<CrashFate>))]
public enum CrashFate
{
    Succeed,

    /// <summary>Fails for good.</summary>
    Fail,

    /// <summary>Fails at the first attempt and succeeds at the second.</summary>
    Retry,

    /// <summary>Kills the process that executes it.</summary>
    Die,

    /// <summary>Never ends where its worker is told to hold, and succeeds elsewhere.</summary>
    Hold,
}

public sealed record CrashResult(int Number, string Mark);

[JsonSerializable(typeof(CrashItem))]
[JsonSerializable(typeof(CacheItem))]
[JsonSerializable(typeof(CrashResult))]
internal sealed partial class CrashJson : JsonSerializerContext;
