using System.Text.Json.Serialization;
using Jobs.Batches;
using Jobs.Notifications.Webhooks;
using Jobs.Tenancy;
using Jobs.Web.Http;

namespace Jobs.Web.Api;

/// <summary>What is sent to a batch's callback URL, and the secret that signs it.</summary>
internal static class WebhooksApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var deliveries = api.MapGroup("/batch/jobs/{id:guid}/deliveries").WithTags("Webhooks");
        deliveries
            .MapGet("", ListAsync)
            .RequireScope(Scopes.Read)
            .Produces<DeliveryList>()
            .WithSummary("Deliveries of a batch's webhook, with their attempts");
        deliveries
            .MapPost("/replay", ReplayAsync)
            .RequireScope(Scopes.Submit)
            .Produces<DeliveryList>(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .WithSummary("Send the latest delivery again, under the same webhook-id");
        var secret = api.MapGroup("/webhooks/secret")
            .RequireScope(Scopes.Admin)
            .WithTags("Webhooks");
        secret
            .MapGet("", GetSecretAsync)
            .Produces<WebhookSecretAnswer>()
            .WithSummary("The secret that signs the webhooks of this key's tenant");
        secret
            .MapPost("", RotateSecretAsync)
            .Produces<WebhookSecretAnswer>()
            .WithSummary("Make a new secret; the former one signs as well for a day");
    }

    private static async Task<IResult> ListAsync(
        Guid id,
        HttpContext context,
        BatchReader reader,
        WebhookDeliveries deliveries,
        CancellationToken cancellationToken
    )
    {
        var tenant = context.GetCaller().TenantId;
        var status = await reader.GetAsync(tenant, id, cancellationToken);
        return BatchReadApi.Missing(status)
            ?? Results.Ok(
                new DeliveryList(await deliveries.ListAsync(tenant, id, cancellationToken))
            );
    }

    private static async Task<IResult> ReplayAsync(
        Guid id,
        HttpContext context,
        BatchReader reader,
        WebhookDeliveries deliveries,
        CancellationToken cancellationToken
    )
    {
        var tenant = context.GetCaller().TenantId;
        var status = await reader.GetAsync(tenant, id, cancellationToken);
        if (BatchReadApi.Missing(status) is { } problem)
        {
            return problem;
        }
        return await deliveries.ReplayAsync(tenant, id, cancellationToken)
            ? Results.Accepted(
                $"{status!.Links.Self}/deliveries",
                new DeliveryList(await deliveries.ListAsync(tenant, id, cancellationToken))
            )
            : Problems.Of(
                StatusCodes.Status409Conflict,
                "Nothing to send",
                "The batch has no callbackUrl, or it has not ended yet."
            );
    }

    private static async Task<IResult> GetSecretAsync(
        HttpContext context,
        WebhookSecrets secrets,
        CancellationToken cancellationToken
    ) => Answer(context, await secrets.GetAsync(context.GetCaller().TenantId, cancellationToken));

    private static async Task<IResult> RotateSecretAsync(
        HttpContext context,
        WebhookSecrets secrets,
        CancellationToken cancellationToken
    ) =>
        Answer(context, await secrets.RotateAsync(context.GetCaller().TenantId, cancellationToken));

    private static IResult Answer(HttpContext context, WebhookSecretInfo info)
    {
        context.Response.Headers.CacheControl = "no-store";
        return Results.Ok(new WebhookSecretAnswer(info.Secret, info.FormerUntil));
    }
}

internal sealed record DeliveryList(IReadOnlyList<WebhookDelivery> Items);

/// <summary>What signs webhooks; and how long the former secret signs as well, where there is one.</summary>
internal sealed record WebhookSecretAnswer(
    string Secret,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        DateTimeOffset? FormerUntil
);
