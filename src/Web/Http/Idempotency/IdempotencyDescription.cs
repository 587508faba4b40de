using Jobs.Idempotency;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Jobs.Web.Http.Idempotency;

/// <summary>Says in the description of the API that every POST takes the header.</summary>
internal static class IdempotencyDescription
{
    public static Task Describe(
        OpenApiOperation operation,
        OpenApiOperationTransformerContext context,
        CancellationToken cancellationToken
    )
    {
        if (HttpMethods.IsPost(context.Description.HttpMethod ?? ""))
        {
            operation.Parameters ??= [];
            operation.Parameters.Add(
                new OpenApiParameter
                {
                    Name = IdempotencyKeyHeader.Name,
                    In = ParameterLocation.Header,
                    Description =
                        "A repeat with the same key and body within 24 hours gets the first answer, with `Idempotent-Replayed: true`; with another body 422; while the first is in progress 409.",
                    Schema = new OpenApiSchema
                    {
                        Type = JsonSchemaType.String,
                        MaxLength = IdempotencyKeys.KeyLength,
                    },
                }
            );
        }
        return Task.CompletedTask;
    }
}
