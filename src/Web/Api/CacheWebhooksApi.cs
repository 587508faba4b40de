using Jobs.Caching.Subscriptions;
using Jobs.Notifications.Webhooks;
using Jobs.Tenancy;
using Jobs.Web.Http;

namespace Jobs.Web.Api;

/// <summary>Webhooks about what is removed from the tenant's cache.</summary>
internal static class CacheWebhooksApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var webhooks = api.MapGroup("/cache/webhooks").WithTags("Cache");
        webhooks
            .MapPost("", AddAsync)
            .RequireScope(Scopes.Submit)
            .Produces<CacheSubscription>(StatusCodes.Status201Created)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesValidationProblem(StatusCodes.Status422UnprocessableEntity)
            .WithSummary("Post to a URL when tags are removed");
        webhooks
            .MapGet("", ListAsync)
            .RequireScope(Scopes.Read)
            .Produces<CacheSubscriptionList>()
            .WithSummary("URLs that are told of removed tags");
        webhooks
            .MapDelete("/{id:guid}", DeleteAsync)
            .RequireScope(Scopes.Submit)
            .Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("Tell a URL no more");
        webhooks
            .MapGet("/{id:guid}/deliveries", DeliveriesAsync)
            .RequireScope(Scopes.Read)
            .Produces<DeliveryList>()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("What was sent, the latest first, with every attempt");
    }

    private static async Task<IResult> AddAsync(
        CacheSubscriptionBody body,
        HttpContext context,
        CacheSubscriptions subscriptions,
        CallbackUrls callbacks,
        CancellationToken cancellationToken
    )
    {
        if (BatchCacheApi.TagsFault(body.Tags) is { } fault)
        {
            return fault;
        }
        if (callbacks.Refusal(body.Url ?? "", out var url) is { } refusal)
        {
            return Problems.Invalid("url", refusal);
        }
        var added = await subscriptions.AddAsync(
            context.GetCaller().TenantId,
            url!,
            [.. body.Tags!.Distinct(StringComparer.Ordinal)!],
            cancellationToken
        );
        return added is null
            ? Problems.Of(
                StatusCodes.Status409Conflict,
                "Too many",
                $"A tenant has at most {CacheSubscriptions.Most} of these; delete one first."
            )
            : Results.Created($"/api/v1/cache/webhooks/{added.Id}", added);
    }

    private static async Task<IResult> ListAsync(
        HttpContext context,
        CacheSubscriptions subscriptions,
        CancellationToken cancellationToken
    ) =>
        Results.Ok(
            new CacheSubscriptionList(
                await subscriptions.ListAsync(context.GetCaller().TenantId, cancellationToken)
            )
        );

    private static async Task<IResult> DeleteAsync(
        Guid id,
        HttpContext context,
        CacheSubscriptions subscriptions,
        CancellationToken cancellationToken
    ) =>
        await subscriptions.DeleteAsync(context.GetCaller().TenantId, id, cancellationToken)
            ? Results.NoContent()
            : Problems.NotFound("subscription");

    private static async Task<IResult> DeliveriesAsync(
        Guid id,
        HttpContext context,
        CacheSubscriptions subscriptions,
        WebhookDeliveries deliveries,
        CancellationToken cancellationToken
    )
    {
        var tenant = context.GetCaller().TenantId;
        return await subscriptions.ExistsAsync(tenant, id, cancellationToken)
            ? Results.Ok(
                new DeliveryList(await deliveries.ListAsync(tenant, id, cancellationToken))
            )
            : Problems.NotFound("subscription");
    }
}

internal sealed record CacheSubscriptionBody(string? Url, IReadOnlyList<string?>? Tags);

internal sealed record CacheSubscriptionList(IReadOnlyList<CacheSubscription> Items);
