using System.Security.Cryptography;
using Jobs.Idempotency;

namespace Jobs.Web.Http.Idempotency;

/// <summary>
/// A POST of the API with an <c>Idempotency-Key</c> is answered once: a repeat gets the first answer. Comes after
/// authorization, so that only who may ask is answered. Thread-safe.
/// </summary>
internal sealed class IdempotencyMiddleware(
    RequestDelegate next,
    IdempotencyKeys keys,
    IdempotentAnswers answers
)
{
    private const string Replayed = "Idempotent-Replayed";

    public async Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (
            !HttpMethods.IsPost(request.Method)
            || !request.Headers.TryGetValue(IdempotencyKeyHeader.Name, out var header)
            || !request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase)
            || context.FindCaller() is not { } caller
        )
        {
            await next(context);
            return;
        }
        if (IdempotencyKeyHeader.Parse(header, out var rule) is not { } key)
        {
            await Problems
                .Invalid(IdempotencyKeyHeader.Name, rule, malformed: true)
                .ExecuteAsync(context);
            return;
        }
        using var digest = new RequestDigest(request);
        request.Body = new DigestingStream(request.Body, digest);
        var secret = new SealedBody(ApiKeyAuthentication.KeyOf(request) ?? "", key);
        var state = await keys.ClaimAsync(
            caller.TenantId,
            request.Path.Value!,
            key,
            context.RequestAborted
        );
        switch (state)
        {
            case { Hold: { } hold }:
                await answers.AnswerAsync(
                    context,
                    next,
                    new IdempotentRequest(hold, request, digest),
                    secret
                );
                break;
            case { Answer: { } answer }:
                // What it asks is known when it has been read.
                var repeat = new IdempotentRequest(null!, request, digest);
                var asked = await repeat.DigestAsync(context.RequestAborted);
                await ReplayAsync(context, answer, asked, secret);
                break;
            default:
                await RefuseInProgressAsync(context);
                break;
        }
    }

    /// <summary>409: another request with the key is under way.</summary>
    public static Task RefuseInProgressAsync(HttpContext context)
    {
        context.Response.Headers.RetryAfter = "1";
        return Problems.WriteAsync(
            context,
            StatusCodes.Status409Conflict,
            "The first request is still in progress",
            $"A request with this {IdempotencyKeyHeader.Name} is being answered. Try again after the time in Retry-After."
        );
    }

    private static async Task ReplayAsync(
        HttpContext context,
        KeptAnswer answer,
        byte[] asked,
        SealedBody secret
    )
    {
        if (!CryptographicOperations.FixedTimeEquals(asked, answer.RequestHash))
        {
            await Problems
                .Invalid(
                    IdempotencyKeyHeader.Name,
                    "was used for another request; a new request needs a new key"
                )
                .ExecuteAsync(context);
            return;
        }
        var body = answer.Body;
        if (answer.Headers.ContainsKey(IdempotentAnswers.Sealed) && body.Length > 0)
        {
            if (secret.Open(body) is not { } opened)
            {
                await Problems.WriteAsync(
                    context,
                    StatusCodes.Status409Conflict,
                    "The first answer held a secret",
                    "It can be read again only with the API key that the first request came with."
                );
                return;
            }
            body = opened;
        }
        context.Response.StatusCode = answer.Status;
        foreach (var (name, value) in answer.Headers)
        {
            if (name != IdempotentAnswers.Sealed)
            {
                context.Response.Headers[name] = value;
            }
        }
        context.Response.Headers[Replayed] = "true";
        if (body.Length > 0)
        {
            await context.Response.Body.WriteAsync(body, context.RequestAborted);
        }
    }
}
