using Jobs.Batches;
using Jobs.Caching;
using Jobs.Caching.Shared;
using Jobs.Kinds;
using Jobs.Tenancy;
using Jobs.Web.Http;
using Jobs.Web.Http.Idempotency;

namespace Jobs.Web.Api;

/// <summary>The cache as a whole, for administrators: of all tenants.</summary>
internal static class SystemCacheApi
{
    private static readonly byte[] CleanupItem = """{"targets":["cache"]}"""u8.ToArray();

    public static void Map(IEndpointRouteBuilder api)
    {
        var cache = api.MapGroup("/system/cache").RequireScope(Scopes.Admin).WithTags("System");
        cache
            .MapGet("/stats", StatsAsync)
            .Produces<CacheSummary>()
            .WithSummary("What the cache of the node that answers did since it started, and holds");
        cache
            .MapPost("/invalidate", InvalidateAsync)
            .Produces<CacheRemoveAnswer>()
            .ProducesValidationProblem(StatusCodes.Status422UnprocessableEntity)
            .WithSummary("Remove what carries one of the tags, of all tenants, on every node");
        cache
            .MapDelete("/clear", ClearAsync)
            .Produces<CacheRemoveAnswer>()
            .WithSummary("Remove everything, of all tenants, on every node");
        cache
            .MapPost("/cleanup", CleanupAsync)
            .Produces<BatchStatus>(StatusCodes.Status202Accepted)
            .WithSummary(
                "Submit a batch that deletes what has expired, as happens every five minutes"
            );
    }

    private static IResult StatsAsync(CacheStore cache) => Results.Ok(cache.Summary());

    private static async Task<IResult> InvalidateAsync(
        CacheTagsBody body,
        CacheStore cache,
        CacheCounts counts,
        CancellationToken cancellationToken
    )
    {
        if (BatchCacheApi.TagsFault(body.Tags) is { } fault)
        {
            return fault;
        }
        string[] tags = [.. body.Tags!.Distinct(StringComparer.Ordinal)!];
        var count = await counts.OfTagsAsync(null, tags, cancellationToken);
        await cache.RemoveByTagOfAllAsync(tags, cancellationToken);
        return Results.Ok(new CacheRemoveAnswer(count));
    }

    private static async Task<IResult> ClearAsync(
        CacheStore cache,
        CacheCounts counts,
        CancellationToken cancellationToken
    )
    {
        var count = await counts.OfAllAsync(cancellationToken);
        await cache.ClearAsync(cancellationToken);
        return Results.Ok(new CacheRemoveAnswer(count));
    }

    private static async Task<IResult> CleanupAsync(
        HttpContext context,
        BatchSubmitter submitter,
        KindRegistry kinds,
        CancellationToken cancellationToken
    )
    {
        if (!kinds.TryGet("cleanup", out var kind))
        {
            return Problems.NotFound("kind");
        }
        await using var batch = submitter.Begin(new BatchDraft(context.GetCaller().TenantId, kind));
        await batch.AddAsync(CleanupItem, cancellationToken);
        return await context.AcceptAsync(batch, status => status, null, cancellationToken);
    }
}

internal sealed record CacheTagsBody(IReadOnlyList<string?>? Tags);
