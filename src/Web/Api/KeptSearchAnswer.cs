using System.Buffers;
using System.Text.Json;
using Jobs.Kinds.Queries;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace Jobs.Web.Api;

/// <summary>
/// An answer to a search that was kept, as JSON. Its hits are written once and then copied; what is of this request
/// alone, some hundred bytes, is written each time.
/// </summary>
internal sealed class KeptSearchAnswer(SearchAnswer answer) : IResult
{
    private const int NoHits = 2;

    // As the serialiser begins an answer, whose first member they are.
    private static ReadOnlySpan<byte> Begin => "{\"hits\":"u8;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var json = httpContext
            .RequestServices.GetRequiredService<IOptions<JsonOptions>>()
            .Value.SerializerOptions;
        var hits = answer.WriteHits(h => JsonSerializer.SerializeToUtf8Bytes(h, json));
        var rest = JsonSerializer
            .SerializeToUtf8Bytes(answer with { Hits = [] }, json)
            .AsMemory(Begin.Length + NoHits);
        var response = httpContext.Response;
        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = Begin.Length + hits.Length + rest.Length;
        response.BodyWriter.Write(Begin);
        response.BodyWriter.Write(hits);
        response.BodyWriter.Write(rest.Span);
        await response.BodyWriter.FlushAsync(httpContext.RequestAborted);
    }
}
