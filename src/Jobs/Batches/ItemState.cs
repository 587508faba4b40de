using System.Text.Json.Serialization;

namespace Jobs.Batches;

/// <summary>Where an item is.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<ItemState>))]
public enum ItemState
{
    /// <summary>It waits for a worker, for the first time or for another attempt.</summary>
    Pending,

    /// <summary>A worker holds its chunk.</summary>
    Running,
    Succeeded,
    Failed,
    Cancelled,
}
