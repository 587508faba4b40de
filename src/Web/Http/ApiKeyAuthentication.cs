using System.Security.Claims;
using System.Text.Encodings.Web;
using Jobs.Tenancy;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Jobs.Web.Http;

/// <summary>Recognises a caller by the key in <c>Authorization: Bearer</c> or <c>X-API-Key</c>.</summary>
internal sealed class ApiKeyAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory logger,
    UrlEncoder encoder,
    ApiKeys keys
) : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "ApiKey";
    public const string KeyIdClaim = "key_id";
    private const string Bearer = "Bearer ";

    /// <summary>Whether the request brings a key, good or not.</summary>
    public static bool HasKey(HttpRequest request) => KeyOf(request) is not null;

    /// <summary>The key that the request brings; null for none.</summary>
    public static string? KeyOf(HttpRequest request)
    {
        if (request.Headers["X-API-Key"] is [{ Length: > 0 } key])
        {
            return key;
        }
        return
            request.Headers.Authorization is [{ } value]
            && value.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
            ? value[Bearer.Length..].Trim()
            : null;
    }

    public static ClaimsPrincipal PrincipalOf(Caller caller, string scheme) =>
        new(
            new ClaimsIdentity(
                [
                    new Claim(KeyIdClaim, caller.KeyId.ToString()),
                    new Claim(ClaimTypes.Name, caller.KeyName),
                ],
                scheme
            )
        );

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (KeyOf(Request) is not { } key)
        {
            return AuthenticateResult.NoResult();
        }
        if (await keys.FindAsync(key, Context.RequestAborted) is not { } caller)
        {
            return AuthenticateResult.Fail("The key is unknown, revoked or expired.");
        }
        Context.SetCaller(caller);
        return AuthenticateResult.Success(
            new AuthenticationTicket(PrincipalOf(caller, SchemeName), SchemeName)
        );
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.StatusCode = StatusCodes.Status401Unauthorized;
        Response.Headers.WWWAuthenticate = "Bearer";
        return Task.CompletedTask;
    }
}
