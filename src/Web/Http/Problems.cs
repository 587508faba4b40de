using System.Diagnostics;
using Jobs.Batches;
using Microsoft.AspNetCore.Mvc;

namespace Jobs.Web.Http;

/// <summary>Errors as RFC 9457 problem details.</summary>
internal static class Problems
{
    public const string ContentType = "application/problem+json";

    /// <summary>Adds what every problem of this API has.</summary>
    public static void Customize(ProblemDetailsContext context)
    {
        var problem = context.ProblemDetails;
        problem.Instance ??= context.HttpContext.Request.Path;
        problem.Extensions["traceId"] = Activity.Current?.Id ?? context.HttpContext.TraceIdentifier;
        problem.Detail ??= context.HttpContext.Response.StatusCode switch
        {
            StatusCodes.Status401Unauthorized =>
                "Send a key as 'Authorization: Bearer KEY' or 'X-API-Key: KEY'.",
            StatusCodes.Status403Forbidden => "The key has not the scope that this needs.",
            StatusCodes.Status404NotFound => "There is nothing at this address for this key.",
            StatusCodes.Status405MethodNotAllowed =>
                "The address exists, but not for this method; see the Allow header.",
            StatusCodes.Status415UnsupportedMediaType =>
                "The Content-Type is not one that this takes.",
            StatusCodes.Status413PayloadTooLarge =>
                "The request is larger than this takes; see /api/v1/limits.",
            StatusCodes.Status500InternalServerError =>
                "The service failed over this request. Its log says why, under this traceId.",
            _ => "The request cannot be answered.",
        };
    }

    public static IResult Invalid(IReadOnlyList<BatchError> errors, int count, bool malformed)
    {
        var status = malformed
            ? StatusCodes.Status400BadRequest
            : StatusCodes.Status422UnprocessableEntity;
        var problem = new HttpValidationProblemDetails(
            errors
                .GroupBy(e => e.Field, StringComparer.Ordinal)
                .ToDictionary(
                    g => g.Key,
                    g => g.Select(e => e.Message).ToArray(),
                    StringComparer.Ordinal
                )
        )
        {
            Status = status,
            Title = malformed ? "The request cannot be read" : "The request breaks a rule",
            Detail = $"{errors[0].Field}: {errors[0].Message}",
        };
        if (count > errors.Count)
        {
            problem.Extensions["errorCount"] = count;
        }
        return Results.Problem(problem);
    }

    public static IResult Invalid(string field, string message, bool malformed = false) =>
        Invalid([new BatchError(field, message)], 1, malformed);

    public static IResult Of(int status, string title, string detail) =>
        Results.Problem(statusCode: status, title: title, detail: detail);

    public static IResult NotFound(string what) =>
        Of(StatusCodes.Status404NotFound, "Not found", $"There is no such {what} for this key.");

    public static async Task WriteAsync(
        HttpContext context,
        int status,
        string title,
        string detail
    )
    {
        context.Response.StatusCode = status;
        await context
            .RequestServices.GetRequiredService<IProblemDetailsService>()
            .WriteAsync(
                new ProblemDetailsContext
                {
                    HttpContext = context,
                    ProblemDetails = new ProblemDetails
                    {
                        Status = status,
                        Title = title,
                        Detail = detail,
                    },
                }
            );
    }
}
