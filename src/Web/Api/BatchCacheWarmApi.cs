using System.Buffers;
using System.Text.Json;
using Jobs.Batches;
using Jobs.Caching;
using Jobs.Features;
using Jobs.Kinds;
using Jobs.Tenancy;
using Jobs.Web.Http;
using Jobs.Web.Http.Features;
using Jobs.Web.Http.Idempotency;

namespace Jobs.Web.Api;

/// <summary>Queries whose answers are to be in the cache before anybody asks, as a batch of the kind <c>warm</c>.</summary>
internal static class BatchCacheWarmApi
{
    private const string KindName = "warm";
    private const int MostSeconds = 7 * 24 * 60 * 60;

    /// <summary>Maps it where the host knows the kind.</summary>
    public static void Map(IEndpointRouteBuilder api)
    {
        if (!api.ServiceProvider.GetRequiredService<KindRegistry>().TryGet(KindName, out _))
        {
            return;
        }
        api.MapPost("/batch/cache/warm", WarmAsync)
            .RequireScope(Scopes.Submit)
            .RequireFeature(FeatureNames.Batch)
            .Produces<BatchStatus>(StatusCodes.Status202Accepted)
            .ProducesValidationProblem(StatusCodes.Status422UnprocessableEntity)
            .WithSummary("Answer queries into the cache, as a batch")
            .WithDescription("Without `queries`: those that the tenant asked most in the last day.")
            .WithTags("Cache");
    }

    private static async Task<IResult> WarmAsync(
        CacheWarmBody body,
        HttpContext context,
        BatchSubmitter submitter,
        KindRegistry kinds,
        CancellationToken cancellationToken
    )
    {
        if (body.Queries is { Count: 0 or > ApiLimits.CacheKeys })
        {
            return Problems.Invalid(
                "queries",
                $"must have 1 to {ApiLimits.CacheKeys} queries; without it the most frequent ones are answered"
            );
        }
        if (body.TtlSeconds is < 1 or > MostSeconds)
        {
            return Problems.Invalid("ttlSeconds", $"must be from 1 to {MostSeconds}");
        }
        if (body.Tags is { Count: > 0 } && BatchCacheApi.TagsFault(body.Tags) is { } fault)
        {
            return fault;
        }
        kinds.TryGet(KindName, out var kind);
        await using var batch = submitter.Begin(
            new BatchDraft(context.GetCaller().TenantId, kind!),
            "queries"
        );
        foreach (var query in body.Queries?.Select(q => (JsonElement?)q) ?? [null])
        {
            await batch.AddAsync(Item(query, body), cancellationToken);
        }
        return await context.AcceptAsync(batch, status => status, null, cancellationToken);
    }

    private static ReadOnlyMemory<byte> Item(JsonElement? query, CacheWarmBody body)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        if (query is { } given)
        {
            json.WritePropertyName("query");
            given.WriteTo(json);
        }
        if (body.TtlSeconds is { } seconds)
        {
            json.WriteNumber("ttlSeconds", seconds);
        }
        if (body.Tags is { Count: > 0 and <= CacheTag.Most } tags)
        {
            json.WriteStartArray("tags");
            foreach (var tag in tags)
            {
                json.WriteStringValue(tag);
            }
            json.WriteEndArray();
        }
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }
}

internal sealed record CacheWarmBody(
    IReadOnlyList<JsonElement>? Queries,
    int? TtlSeconds,
    IReadOnlyList<string?>? Tags
);
