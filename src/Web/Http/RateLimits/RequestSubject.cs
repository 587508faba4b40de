using Jobs.RateLimiting;
using Jobs.Web.Ui.SignIn;

namespace Jobs.Web.Http.RateLimits;

/// <summary>Whom a request is counted for: the key that it brings, else who has signed in, else where it comes from.</summary>
internal static class RequestSubject
{
    public static RateLimitSubject Of(HttpContext context) =>
        context.FindCaller() is { } caller
            ? ApiKeyAuthentication.HasKey(context.Request)
                ? RateLimitSubject.Key(caller.KeyId, caller.TenantId)
                : RateLimitSubject.User(caller.KeyId, caller.TenantId)
            : RateLimitSubject.Address(context.Connection.RemoteIpAddress);

    /// <summary>Whether it brings a key that nobody has, or the code of a link that signs in: it may be a guess.</summary>
    public static bool IsGuess(HttpContext context) =>
        context.FindCaller() is null
        && (
            ApiKeyAuthentication.HasKey(context.Request)
            || (
                context.Request.Path == CookieSignIn.SignInPath
                && context.Request.Query.ContainsKey(SignInEndpoints.CodeParameter)
            )
        );
}
