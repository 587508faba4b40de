using Microsoft.AspNetCore.Antiforgery;

namespace Jobs.Web.Http;

/// <summary>
/// A request that changes something and is recognised by its cookie must carry the page's antiforgery token, in the
/// form field or in the header <c>X-CSRF-Token</c>. One that brings a key proves itself by it.
/// </summary>
internal static class RequestForgery
{
    public const string Header = "X-CSRF-Token";

    public static async Task RefuseAsync(HttpContext context, RequestDelegate next)
    {
        var changes = !(
            HttpMethods.IsGet(context.Request.Method)
            || HttpMethods.IsHead(context.Request.Method)
            || HttpMethods.IsOptions(context.Request.Method)
        );
        if (
            changes
            && context.FindCaller() is not null
            && !ApiKeyAuthentication.HasKey(context.Request)
        )
        {
            // From the header where there is one: a large upload is not read for the sake of its token.
            var antiforgery = context.RequestServices.GetRequiredService<IAntiforgery>();
            if (!await antiforgery.IsRequestValidAsync(context))
            {
                await Problems.WriteAsync(
                    context,
                    StatusCodes.Status403Forbidden,
                    "The page has expired",
                    $"The antiforgery token is missing or too old. Reload the page, or send it in {Header}."
                );
                return;
            }
        }
        await next(context);
    }
}
