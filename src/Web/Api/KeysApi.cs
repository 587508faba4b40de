using Jobs.Batches;
using Jobs.Tenancy;
using Jobs.Web.Http;

namespace Jobs.Web.Api;

/// <summary>Keys of all tenants, for administrators.</summary>
internal static class KeysApi
{
    private const int NameLength = 100;

    public static void Map(IEndpointRouteBuilder api)
    {
        var keys = api.MapGroup("/keys").RequireScope(Scopes.Admin).WithTags("Keys");
        keys.MapPost("", CreateAsync)
            .Produces<KeyAnswer>(StatusCodes.Status201Created)
            .ProducesValidationProblem(StatusCodes.Status422UnprocessableEntity)
            .WithSummary("Make a key; it is shown this once");
        keys.MapGet("", ListAsync)
            .Produces<KeyList>()
            .WithSummary("List keys without their secrets");
        keys.MapDelete("/{id:guid}", RevokeAsync)
            .Produces(StatusCodes.Status204NoContent)
            .WithSummary("Revoke a key, on every node within 5 s");
    }

    private static async Task<IResult> CreateAsync(
        HttpContext context,
        CreateKeyRequest request,
        ApiKeys keys,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        var errors = new List<BatchError>();
        if (request.Tenant is null || !ApiKeys.IsTenantName(request.Tenant))
        {
            errors.Add(
                new("tenant", "must have 1 to 63 of a-z, 0-9, _ and -, the first a letter or digit")
            );
        }
        if (
            string.IsNullOrWhiteSpace(request.Name)
            || request.Name.Length > NameLength
            || request.Name.Any(char.IsControl)
        )
        {
            errors.Add(
                new("name", $"must have 1 to {NameLength} characters, none a control character")
            );
        }
        if (
            request.Scopes is not { Length: > 0 }
            || !request.Scopes.All(s => s is not null && ScopeNames.IsScope(s))
        )
        {
            errors.Add(new("scopes", "must be some of 'submit', 'read' and 'admin'"));
        }
        if (request.ExpiresAt <= time.GetUtcNow())
        {
            errors.Add(new("expiresAt", "must be in the future"));
        }
        if (errors.Count > 0)
        {
            return Problems.Invalid(errors, errors.Count, malformed: false);
        }
        var created = await keys.CreateAsync(
            request.Tenant!,
            request.Name!,
            ScopeNames.Parse(request.Scopes!),
            request.ExpiresAt,
            cancellationToken
        );
        context.Response.Headers.CacheControl = "no-store";
        return Results.Created(
            $"/api/v1/keys/{created.Id}",
            KeyAnswer.Of(created.Info) with
            {
                Key = created.Key,
            }
        );
    }

    private static async Task<IResult> ListAsync(
        ApiKeys keys,
        CancellationToken cancellationToken
    ) =>
        Results.Ok(
            new KeyList([.. (await keys.ListAsync(cancellationToken)).Select(KeyAnswer.Of)])
        );

    private static async Task<IResult> RevokeAsync(
        Guid id,
        ApiKeys keys,
        CancellationToken cancellationToken
    ) =>
        await keys.RevokeAsync(id, cancellationToken)
            ? Results.NoContent()
            : Problems.NotFound("key");
}

internal sealed record CreateKeyRequest(
    string? Tenant,
    string? Name,
    string[]? Scopes,
    DateTimeOffset? ExpiresAt
);

/// <summary>A key; its secret only in the answer that made it.</summary>
internal sealed record KeyAnswer(
    Guid Id,
    [property: System.Text.Json.Serialization.JsonIgnore(
        Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull
    )]
        string? Key,
    string Tenant,
    string Name,
    string Prefix,
    IReadOnlyList<string> Scopes,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? RevokedAt
)
{
    public static KeyAnswer Of(ApiKeyInfo info) =>
        new(
            info.Id,
            null,
            info.Tenant,
            info.Name,
            info.Prefix,
            ScopeNames.From(info.Scopes),
            info.CreatedAt,
            info.ExpiresAt,
            info.RevokedAt
        );
}

internal sealed record KeyList(IReadOnlyList<KeyAnswer> Items);
