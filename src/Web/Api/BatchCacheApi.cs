using System.Text.Json;
using Jobs.Batches;
using Jobs.Caching;
using Jobs.Caching.Shared;
using Jobs.Tenancy;
using Jobs.Web.Http;
using Microsoft.AspNetCore.Mvc;

namespace Jobs.Web.Api;

/// <summary>Many values of the tenant's cache in one request. Keys are <c>namespace:name</c>.</summary>
internal static class BatchCacheApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var cache = api.MapGroup("/batch/cache").WithTags("Cache");
        cache
            .MapPost("/get", GetAsync)
            .RequireScope(Scopes.Read)
            .Produces<CacheGetAnswer>()
            .ProducesValidationProblem(StatusCodes.Status422UnprocessableEntity)
            .WithSummary("Values of many keys")
            .WithDescription(
                "Keys are `namespace:name`. What belongs to a user is not found. A value that is not JSON is Base64 in a string."
            );
        cache
            .MapDelete("", RemoveAsync)
            .RequireScope(Scopes.Submit)
            .Accepts<CacheRemoveBody>("application/json")
            .Produces<CacheRemoveAnswer>()
            .ProducesValidationProblem(StatusCodes.Status422UnprocessableEntity)
            .WithSummary("Remove by keys, by tags or by a prefix, on every node")
            .WithDescription("`removed` counts what the shared tier had.");
    }

    private static async Task<IResult> GetAsync(
        CacheGetBody body,
        HttpContext context,
        CacheStore cache,
        CancellationToken cancellationToken
    )
    {
        if (KeysFault(body.Keys) is { } fault)
        {
            return fault;
        }
        string[] keys = [.. body.Keys!.Distinct(StringComparer.Ordinal)!];
        var values = await cache.FindAsync(context.GetCaller().TenantId, keys, cancellationToken);
        return Results.Ok(
            new CacheGetAnswer(
                keys.Zip(values)
                    .Where(v => v.Second is not null)
                    .ToDictionary(v => v.First, v => Json(v.Second!), StringComparer.Ordinal),
                [.. keys.Zip(values).Where(v => v.Second is null).Select(v => v.First)]
            )
        );
    }

    private static async Task<IResult> RemoveAsync(
        [FromBody] CacheRemoveBody body,
        HttpContext context,
        CacheStore cache,
        CacheCounts counts,
        CancellationToken cancellationToken
    )
    {
        var tenant = context.GetCaller().TenantId;
        switch (body)
        {
            case { Keys: { } keys, Tags: null, Prefix: null }:
                if (KeysFault(keys) is { } keysFault)
                {
                    return keysFault;
                }
                var ofKeys = await counts.OfKeysAsync(tenant, keys!, cancellationToken);
                await cache.RemoveAsync(tenant, keys!, cancellationToken);
                return Results.Ok(new CacheRemoveAnswer(ofKeys));
            case { Keys: null, Tags: { } tags, Prefix: null }:
                if (TagsFault(tags) is { } tagsFault)
                {
                    return tagsFault;
                }
                var ofTags = await counts.OfTagsAsync(tenant, tags!, cancellationToken);
                await cache.RemoveByTagAsync(tenant, tags!, cancellationToken);
                return Results.Ok(new CacheRemoveAnswer(ofTags));
            case { Keys: null, Tags: null, Prefix: { } prefix }:
                if (!CacheStore.IsPrefix(prefix))
                {
                    return Problems.Invalid(
                        "prefix",
                        $"must have at most {CacheStore.PrefixLength} characters, none a control character"
                    );
                }
                var ofPrefix = await counts.OfPrefixAsync(tenant, prefix, cancellationToken);
                await cache.RemoveByPrefixAsync(tenant, prefix, cancellationToken);
                return Results.Ok(new CacheRemoveAnswer(ofPrefix));
            default:
                return Problems.Invalid("$", "must have one of 'keys', 'tags' and 'prefix'");
        }
    }

    /// <summary>Why these are not tags that can be removed together; null where they are.</summary>
    public static IResult? TagsFault(IReadOnlyList<string?>? tags)
    {
        if (tags is not { Count: > 0 and <= ApiLimits.CacheTags })
        {
            return Problems.Invalid("tags", $"must have 1 to {ApiLimits.CacheTags} tags");
        }
        BatchError[] faults =
        [
            .. tags.Index()
                .Where(t => !CacheTag.IsTag(t.Item))
                .Select(t => new BatchError(
                    $"tags[{t.Index}]",
                    $"must have 1 to {CacheTag.Length} characters, none a control character"
                )),
        ];
        return faults.Length > 0 ? Problems.Invalid(faults, faults.Length, malformed: false) : null;
    }

    private static IResult? KeysFault(IReadOnlyList<string?>? keys)
    {
        if (keys is not { Count: > 0 and <= ApiLimits.CacheKeys })
        {
            return Problems.Invalid("keys", $"must have 1 to {ApiLimits.CacheKeys} keys");
        }
        BatchError[] faults =
        [
            .. keys.Index()
                .Where(k => !CacheStore.IsKey(k.Item))
                .Select(k => new BatchError(
                    $"keys[{k.Index}]",
                    "must be 'namespace:name', the namespace 1 to 40 of a-z, 0-9, _ and -"
                )),
        ];
        return faults.Length > 0 ? Problems.Invalid(faults, faults.Length, malformed: false) : null;
    }

    private static JsonElement Json(CachedJson value) =>
        value.IsJson
            ? JsonElement.Parse(value.Value.Span)
            : JsonSerializer.SerializeToElement(
                Convert.ToBase64String(value.Value.Span),
                ApiJson.Default.String
            );
}

internal sealed record CacheGetBody(IReadOnlyList<string?>? Keys);

/// <summary>What was found under the keys, and which had nothing.</summary>
internal sealed record CacheGetAnswer(
    IReadOnlyDictionary<string, JsonElement> Found,
    IReadOnlyList<string> Missing
);

/// <summary>One of the three.</summary>
internal sealed record CacheRemoveBody(
    IReadOnlyList<string?>? Keys,
    IReadOnlyList<string?>? Tags,
    string? Prefix
);

/// <summary>How many values there were.</summary>
internal sealed record CacheRemoveAnswer(long Removed);
