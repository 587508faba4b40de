using System.Text.Json;
using Jobs.Batches;
using Jobs.Features;
using Jobs.Kinds.Documents;
using Jobs.Web.Http.Features;
using Microsoft.AspNetCore.Diagnostics;
using Npgsql;

namespace Jobs.Web.Http;

/// <summary>Turns what endpoints throw into problems; what is nobody's fault but ours stays a 500 without its details.</summary>
internal sealed class ExceptionProblems(ILogger<ExceptionProblems> log) : IExceptionHandler
{
    /// <summary>Seconds after which a caller should try again when the database is away.</summary>
    private const string RetryAfter = "2";

    public async ValueTask<bool> TryHandleAsync(
        HttpContext httpContext,
        Exception exception,
        CancellationToken cancellationToken
    )
    {
        switch (exception)
        {
            case OperationCanceledException when httpContext.RequestAborted.IsCancellationRequested:
                httpContext.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
                return true;
            case TooBusyException e:
                httpContext.Response.Headers.RetryAfter = RetryAfter;
                await Problems.WriteAsync(
                    httpContext,
                    StatusCodes.Status503ServiceUnavailable,
                    "Too busy",
                    $"{e.Message} Nothing was stored. Try again after the time in Retry-After."
                );
                return true;
            case FeatureDisabledException e:
                await FeatureGate.Refusal(e.Feature).ExecuteAsync(httpContext);
                return true;
            case BatchRefusedException e:
                await Problems
                    .Invalid(e.Errors, e.ErrorCount, e.Malformed)
                    .ExecuteAsync(httpContext);
                return true;
            case BadHttpRequestException { InnerException: JsonException json }:
                await Problems
                    .Invalid(
                        json.Path ?? "$",
                        "has the wrong type or is not valid JSON",
                        malformed: true
                    )
                    .ExecuteAsync(httpContext);
                return true;
            case BadHttpRequestException e when BindingErrors.Of(e) is var (field, rule):
                await Problems.Invalid(field, rule, malformed: true).ExecuteAsync(httpContext);
                return true;
            case BadHttpRequestException e:
                await Problems.WriteAsync(
                    httpContext,
                    e.StatusCode,
                    TitleOf(e.StatusCode),
                    e.Message
                );
                return true;
            case OriginalsAwayException e:
                log.OriginalsAway(httpContext.Request.Path, e);
                httpContext.Response.Headers.RetryAfter = RetryAfter;
                await Problems.WriteAsync(
                    httpContext,
                    StatusCodes.Status503ServiceUnavailable,
                    "The store of originals does not answer",
                    "Nothing was stored. Try again after the time in Retry-After."
                );
                return true;
            case not null when IsAway(exception):
                log.DatabaseAway(httpContext.Request.Path, exception);
                httpContext.Response.Headers.RetryAfter = RetryAfter;
                await Problems.WriteAsync(
                    httpContext,
                    StatusCodes.Status503ServiceUnavailable,
                    "The database does not answer",
                    "Try again after the time in Retry-After. After a submission that carried no Idempotency-Key look at the list of batches first: if the connection broke at its very end, it may be there."
                );
                return true;
            default:
                log.RequestFailed(httpContext.Request.Path, exception!);
                return false;
        }
    }

    private static string TitleOf(int status) =>
        status == StatusCodes.Status413PayloadTooLarge
            ? "The request is too large"
            : "The request cannot be read";

    private static bool IsAway(Exception exception) =>
        exception switch
        {
            // Class 57: shutting down or starting up; class 53: out of connections.
            PostgresException e => e.SqlState.StartsWith("57P", StringComparison.Ordinal)
                || e.SqlState.StartsWith("53", StringComparison.Ordinal),
            // A host name that does not resolve comes as it is.
            NpgsqlException or System.Net.Sockets.SocketException => true,
            // EF Core wraps what its connection threw, and so does data protection, whose keys are in the database.
            { InnerException: { } inner } => IsAway(inner),
            _ => false,
        };
}
