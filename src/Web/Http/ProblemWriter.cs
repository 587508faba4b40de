namespace Jobs.Web.Http;

/// <summary>
/// Writes problems whatever the request accepts: who asked for CSV and made a mistake is better served by a problem in
/// JSON than by a line of text. Comes before the framework's own writer, which asks.
/// </summary>
internal sealed class ProblemWriter : IProblemDetailsWriter
{
    public bool CanWrite(ProblemDetailsContext context) => true;

    public async ValueTask WriteAsync(ProblemDetailsContext context)
    {
        var response = context.HttpContext.Response;
        context.ProblemDetails.Status ??= response.StatusCode;
        context.ProblemDetails.Title ??=
            Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(response.StatusCode);
        context.ProblemDetails.Type ??= "about:blank";
        Problems.Customize(context);
        await response.WriteAsJsonAsync(
            context.ProblemDetails,
            context.ProblemDetails.GetType(),
            options: null,
            contentType: Problems.ContentType,
            context.HttpContext.RequestAborted
        );
    }
}
