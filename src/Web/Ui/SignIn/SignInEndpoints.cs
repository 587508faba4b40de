using Jobs.Auditing;
using Jobs.RateLimiting;
using Jobs.Tenancy;
using Jobs.Web.Http;
using Jobs.Web.Http.RateLimits;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Jobs.Web.Ui.SignIn;

/// <summary>Signing in with a key or a link that is good once, and signing out.</summary>
internal static class SignInEndpoints
{
    public const string CodeParameter = "code";
    private const string Home = "/";

    public static void MapSignIn(this IEndpointRouteBuilder app)
    {
        var open = app.MapGroup("")
            .AllowAnonymous()
            .ExcludeFromDescription()
            .LimitBy(RateLimitPolicies.Pages);
        open.MapGet(CookieSignIn.SignInPath, OpenAsync);
        open.MapPost(CookieSignIn.SignInPath, SubmitAsync).LimitBy(RateLimitPolicies.Auth);
        open.MapPost("/sign-out", LeaveAsync);
    }

    private static async Task<IResult> OpenAsync(
        HttpContext context,
        string? code,
        string? @return,
        SignInLinks links,
        ApiKeys keys,
        AuditTrail trail,
        CancellationToken cancellationToken
    )
    {
        var target = Local(@return);
        if (string.IsNullOrEmpty(code))
        {
            return context.FindCaller() is null
                ? Page.Of<SignInPage>(new { Return = target })
                : Results.LocalRedirect(target);
        }
        if (
            links.Redeem(code) is not { } keyId
            || await keys.FindByIdAsync(keyId, cancellationToken) is not { } caller
        )
        {
            return Refused(
                "This link has been used or is too old: it signs in once, within 24 hours. Sign in with a key, or restart the server for another link.",
                target
            );
        }
        await context.SignInAsync(caller);
        // A GET, which else leaves no trace.
        await trail.WriteAsync(
            new AuditAct(
                "session.begin",
                "link",
                context.Connection.RemoteIpAddress,
                context.TraceIdentifier,
                () => caller
            ),
            AuditOutcome.Done,
            status: null,
            count: 1,
            cancellationToken
        );
        return context.Request.Headers["Sec-Fetch-Site"] == "cross-site"
            ? Page.Of<SignedInPage>()
            : Results.LocalRedirect(target);
    }

    private static async Task<IResult> SubmitAsync(
        HttpContext context,
        [FromForm] string? key,
        [FromForm] string? @return,
        ApiKeys keys,
        CancellationToken cancellationToken
    )
    {
        var target = Local(@return);
        if (await keys.FindAsync(key?.Trim() ?? "", cancellationToken) is not { } caller)
        {
            return Refused(
                "This key is not known, or it was revoked or has expired. Check that all of it was copied.",
                target
            );
        }
        await context.SignInAsync(caller);
        // Who signs in is who this call is by.
        context.SetCaller(caller);
        return Results.LocalRedirect(target);
    }

    private static async Task<RedirectHttpResult> LeaveAsync(
        HttpContext context,
        [FromForm] IFormCollection form
    )
    {
        // Taking the form makes the endpoint ask for its antiforgery token.
        _ = form;
        await context.SignOutAsync(CookieSignIn.Scheme);
        return TypedResults.LocalRedirect(CookieSignIn.SignInPath);
    }

    private static RazorComponentResult Refused(string message, string target) =>
        Page.Of<SignInPage>(
            new { Message = message, Return = target },
            StatusCodes.Status401Unauthorized
        );

    private static string Local(string? path) =>
        path is not null && RedirectHttpResult.IsLocalUrl(path) && path[0] == '/' ? path : Home;
}
