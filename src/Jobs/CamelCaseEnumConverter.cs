using System.Text.Json;
using System.Text.Json.Serialization;

namespace Jobs;

/// <summary>Writes a member of an enumeration as JSON names are written: <c>partial</c>, not <c>Partial</c>.</summary>
public sealed class CamelCaseEnumConverter<T>()
    : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase, allowIntegerValues: false)
    where T : struct, Enum;
