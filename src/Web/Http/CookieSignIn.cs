using Jobs.Tenancy;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;

namespace Jobs.Web.Http;

/// <summary>The cookie of a browser user: it names a key, and is good as long as that key is.</summary>
internal static class CookieSignIn
{
    public const string Scheme = CookieAuthenticationDefaults.AuthenticationScheme;
    public const string SignInPath = "/sign-in";

    public static Task SignInAsync(this HttpContext context, Caller caller) =>
        context.SignInAsync(
            Scheme,
            ApiKeyAuthentication.PrincipalOf(caller, Scheme),
            new() { IsPersistent = true }
        );

    public static void Configure(CookieAuthenticationOptions options)
    {
        options.Cookie.Name = "jobs";
        options.Cookie.HttpOnly = true;
        options.Cookie.SameSite = SameSiteMode.Strict;
        options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        options.ExpireTimeSpan = TimeSpan.FromDays(14);
        options.SlidingExpiration = true;
        options.LoginPath = SignInPath;
        options.ReturnUrlParameter = "return";
        options.Events.OnValidatePrincipal = ValidateAsync;
        options.Events.OnRedirectToLogin = RedirectOr(StatusCodes.Status401Unauthorized);
        options.Events.OnRedirectToAccessDenied = RedirectOr(StatusCodes.Status403Forbidden);
    }

    private static async Task ValidateAsync(CookieValidatePrincipalContext context)
    {
        var keys = context.HttpContext.RequestServices.GetRequiredService<ApiKeys>();
        var claim = context.Principal?.FindFirst(ApiKeyAuthentication.KeyIdClaim)?.Value;
        if (
            Guid.TryParse(claim, out var keyId)
            && await keys.FindByIdAsync(keyId, context.HttpContext.RequestAborted) is { } caller
        )
        {
            context.HttpContext.SetCaller(caller);
            return;
        }
        context.RejectPrincipal();
        await context.HttpContext.SignOutAsync(Scheme);
    }

    // Programs get a status, people the page to sign in.
    private static Func<RedirectContext<CookieAuthenticationOptions>, Task> RedirectOr(
        int status
    ) =>
        context =>
        {
            if (status == StatusCodes.Status403Forbidden || IsForPrograms(context.Request))
            {
                context.Response.StatusCode = status;
                if (status == StatusCodes.Status401Unauthorized)
                {
                    // A 401 names how to be let in (RFC 9110, 11.6.1).
                    context.Response.Headers.WWWAuthenticate = "Bearer";
                }
            }
            else
            {
                context.Response.Redirect(context.RedirectUri);
            }
            return Task.CompletedTask;
        };

    private static bool IsForPrograms(HttpRequest request) =>
        request.Path.StartsWithSegments("/api", StringComparison.Ordinal)
        || !(HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method));
}
