using System.Globalization;
using Microsoft.Net.Http.Headers;

namespace Jobs.Web.Ui.Problems;

/// <summary>
/// Shows a problem as a page where a browser asked for one. Programs, and whatever is under <c>/api</c>, get the
/// problem details of the next writer.
/// </summary>
internal sealed class ProblemPageWriter : IProblemDetailsWriter
{
    public bool CanWrite(ProblemDetailsContext context)
    {
        var request = context.HttpContext.Request;
        return !request.Path.StartsWithSegments("/api", StringComparison.Ordinal)
            && request.GetTypedHeaders().Accept.Any(AsksForPage);
    }

    public async ValueTask WriteAsync(ProblemDetailsContext context)
    {
        var problem = context.ProblemDetails;
        var status = problem.Status ?? context.HttpContext.Response.StatusCode;
        var retryAfter = context.HttpContext.Response.Headers.RetryAfter.ToString();
        var page = Page.Of<ProblemPage>(
            new
            {
                Status = status,
                Detail = status < StatusCodes.Status500InternalServerError ? problem.Detail : null,
                RetrySeconds = int.TryParse(
                    retryAfter,
                    CultureInfo.InvariantCulture,
                    out var seconds
                )
                    ? seconds
                    : (int?)null,
                TraceId = context.HttpContext.TraceIdentifier,
            },
            status
        );
        await ExecuteApartAsync(page, context.HttpContext);
    }

    // A page that failed half-way has left its mark on the services of the request.
    private static async Task ExecuteApartAsync(IResult page, HttpContext context)
    {
        var services = context.RequestServices;
        await using var apart = services.CreateAsyncScope();
        context.RequestServices = apart.ServiceProvider;
        try
        {
            await page.ExecuteAsync(context);
        }
        finally
        {
            context.RequestServices = services;
        }
    }

    private static bool AsksForPage(MediaTypeHeaderValue type) =>
        type.MediaType.Equals("text/html", StringComparison.OrdinalIgnoreCase)
        && type.Quality is null or > 0;
}
