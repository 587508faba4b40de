using Jobs.Batches;
using Jobs.Idempotency;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using Npgsql;

namespace Jobs.Web.Http.Idempotency;

/// <summary>Answers the first request of a key and keeps the answer before it is sent. Thread-safe.</summary>
internal sealed class IdempotentAnswers(
    IdempotencyKeys keys,
    IEnumerable<IExceptionHandler> exceptions,
    TimeProvider time,
    ILogger<IdempotentAnswers> log
)
{
    /// <summary>Marks an answer whose body is sealed; not the name of a header.</summary>
    public const string Sealed = ":sealed";

    // Of a request that was refused before it was read: more than this is not worth waiting for.
    private const long UnreadBytes = 16 * 1024 * 1024;
    private static readonly TimeSpan LastCall = TimeSpan.FromSeconds(3);

    private static readonly string[] KeptHeaders =
    [
        HeaderNames.Location,
        HeaderNames.ETag,
        HeaderNames.ContentType,
        HeaderNames.CacheControl,
        HeaderNames.RetryAfter,
    ];

    public async Task AnswerAsync(
        HttpContext context,
        RequestDelegate next,
        IdempotentRequest request,
        SealedBody secret
    )
    {
        using var over = new CancellationTokenSource();
        var renewing = RenewAsync(request.Hold, over.Token);
        var original = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        var buffer = new AnswerBuffer(original.Stream);
        var finished = false;
        try
        {
            context.Features.Set(request);
            var capture = new StreamResponseBodyFeature(buffer);
            context.Features.Set<IHttpResponseBodyFeature>(capture);
            try
            {
                await RunAsync(context, next);
                await capture.CompleteAsync();
            }
            finally
            {
                context.Features.Set(original);
            }
            finished = request.Kept || await TryKeepAsync(context, request, buffer, secret);
        }
        finally
        {
            await over.CancelAsync();
            await renewing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!finished)
            {
                await ReleaseAsync(request.Hold);
            }
        }
        if (!buffer.Overflowed && buffer.ToArray() is { Length: > 0 } body)
        {
            await context.Response.Body.WriteAsync(body, context.RequestAborted);
        }
    }

    // What is wrong with the request is an answer to be kept as well.
    private async Task RunAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (PostgresException e) when (e.SqlState == IdempotencyKeys.LostState)
        {
            await IdempotencyMiddleware.RefuseInProgressAsync(context);
        }
        catch (Exception e) when (e is BatchRefusedException or BadHttpRequestException)
        {
            foreach (var handler in exceptions)
            {
                if (await handler.TryHandleAsync(context, e, context.RequestAborted))
                {
                    return;
                }
            }
            throw;
        }
    }

    private async Task<bool> TryKeepAsync(
        HttpContext context,
        IdempotentRequest request,
        AnswerBuffer buffer,
        SealedBody secret
    )
    {
        var response = context.Response;
        if (
            buffer.Overflowed
            || response.StatusCode
                is StatusCodes.Status429TooManyRequests
                    or StatusCodes.Status499ClientClosedRequest
                    or >= StatusCodes.Status500InternalServerError
            || await DigestAsync(context, request) is not { } digest
        )
        {
            return false;
        }
        var headers = KeptHeaders
            .Where(response.Headers.ContainsKey)
            .ToDictionary(
                name => name,
                name => response.Headers[name].ToString(),
                StringComparer.OrdinalIgnoreCase
            );
        var body = buffer.ToArray();
        if (response.Headers.CacheControl.ToString().Contains("no-store", StringComparison.Ordinal))
        {
            headers[Sealed] = "";
            body = secret.Seal(body);
        }
        try
        {
            await keys.KeepAsync(
                request.Hold,
                new KeptAnswer(digest, response.StatusCode, headers, body),
                context.RequestAborted
            );
            return true;
        }
        catch (NpgsqlException e)
        {
            // It has been done, so its caller is told; a repeat will do it again.
            log.AnswerNotKept(context.Request.Path, e);
            return false;
        }
    }

    private static async Task<byte[]?> DigestAsync(HttpContext context, IdempotentRequest request)
    {
        try
        {
            return await request.TryDigestAsync(UnreadBytes, context.RequestAborted);
        }
        catch (Exception e) when (e is IOException or BadHttpRequestException)
        {
            return null;
        }
    }

    private async Task RenewAsync(KeyHold hold, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(IdempotencyKeys.HoldTime / 3, time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            try
            {
                await keys.RenewAsync(hold, cancellationToken);
            }
            catch (NpgsqlException e)
            {
                log.HoldNotRenewed(e);
            }
        }
    }

    private async Task ReleaseAsync(KeyHold hold)
    {
        try
        {
            using var limit = new CancellationTokenSource(LastCall, time);
            await keys.ReleaseAsync(hold, limit.Token);
        }
        catch (Exception e) when (e is NpgsqlException or OperationCanceledException)
        {
            // It runs out.
            log.HoldNotRenewed(e);
        }
    }
}
