using System.Text.Json.Serialization;

namespace Jobs.Batches;

/// <summary>How soon a batch is taken up beside others; the numbers are those of the column <c>batches.priority</c>.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<Priority>))]
public enum Priority
{
    High = 0,
    Normal = 1,
    Low = 2,
}
