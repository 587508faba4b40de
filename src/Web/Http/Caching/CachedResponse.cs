using System.ComponentModel;
using System.Security.Cryptography;
using System.Text.Json.Serialization;

namespace Jobs.Web.Http.Caching;

/// <summary>An answer as it is kept. Never changed.</summary>
[ImmutableObject(true)]
internal sealed record CachedResponse(
    int Status,
    string? ContentType,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        KeyValuePair<string, string>[]? Headers,
    byte[] Body,
    string ETag
)
{
    /// <summary>Whether others may have it.</summary>
    public bool IsCacheable => Status == StatusCodes.Status200OK;

    /// <summary>Whether its endpoint says that it will soon be another: then it is answered and not kept.</summary>
    [JsonIgnore]
    public bool IsPassing { get; init; }

    public static string TagOf(byte[] body) =>
        $"\"{Convert.ToHexStringLower(SHA256.HashData(body).AsSpan(0, 16))}\"";
}
