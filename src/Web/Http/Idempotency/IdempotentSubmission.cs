using System.Text.Json;
using Jobs.Batches;
using Jobs.Idempotency;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Npgsql;

namespace Jobs.Web.Http.Idempotency;

internal static class IdempotentSubmission
{
    /// <summary>
    /// Commits a batch, and in the same transaction the answer for the request's idempotency key where it has one:
    /// whenever the process dies, a repeat finds both or neither. 202 with the status and where to find it.
    /// </summary>
    /// <param name="body">What is answered.</param>
    /// <param name="alongside">Writes more rows in the same transaction; null for none.</param>
    public static async Task<IResult> AcceptAsync(
        this HttpContext context,
        BatchSubmission batch,
        Func<BatchStatus, BatchStatus> body,
        Func<NpgsqlConnection, NpgsqlTransaction, CancellationToken, Task>? alongside,
        CancellationToken cancellationToken
    )
    {
        var request = context.Features.Get<IdempotentRequest>();
        if (request is not null)
        {
            var digest = await request.DigestAsync(cancellationToken);
            var json = context.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value;
            batch.Remember(
                request.Hold,
                status => Kept(digest, status, body(status), json.SerializerOptions)
            );
        }
        var status = await batch.CommitAsync(alongside, cancellationToken);
        request?.Kept = true;
        context.Response.Headers.ETag = status.ETag;
        return Results.Accepted(status.Links.Self, (object)body(status));
    }

    private static KeptAnswer Kept(
        byte[] digest,
        BatchStatus status,
        BatchStatus body,
        JsonSerializerOptions json
    ) =>
        new(
            digest,
            StatusCodes.Status202Accepted,
            new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
            {
                [HeaderNames.Location] = status.Links.Self,
                [HeaderNames.ETag] = status.ETag,
                [HeaderNames.ContentType] = "application/json; charset=utf-8",
            },
            JsonSerializer.SerializeToUtf8Bytes(body, body.GetType(), json)
        );
}
