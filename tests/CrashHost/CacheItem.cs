using System.Text.Json;
using System.Text.Json.Serialization;

namespace Jobs.CrashHost;

/// <summary>An item that does something with the cache of the process that executes it.</summary>
/// <param name="Act">What it does.</param>
/// <param name="Space">In which namespace.</param>
/// <param name="Names">With which names.</param>
/// <param name="Characters">How long a value is that it writes.</param>
public sealed record CacheItem(
    CacheAct Act,
    string Space,
    IReadOnlyList<string> Names,
    int Characters = 10
)
{
    public const string Kind = "cache";

    public string ToJson() => JsonSerializer.Serialize(this, CrashJson.Default.CacheItem);
}

[JsonConverter(typeof(JsonStringEnumConverter<CacheAct>))]
public enum CacheAct
{
    /// <summary>Asks for each name, with a source that gives a value.</summary>
    Ask,

    /// <summary>Asks for each name, with a source that fails.</summary>
    AskInVain,

    /// <summary>Looks for all names at once, as callers of the API do.</summary>
    Look,

    /// <summary>Sets each name.</summary>
    Set,

    /// <summary>Sets each name in the database, and not in memory.</summary>
    SetElsewhere,

    /// <summary>Removes each name.</summary>
    Remove,

    /// <summary>Removes everything.</summary>
    Clear,
}
