using System.IO.Compression;
using Jobs.Database;
using Jobs.Idempotency;
using Jobs.Web.Http.Auditing;
using Jobs.Web.Http.Features;
using Jobs.Web.Http.Idempotency;
using Jobs.Web.Http.RateLimits;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.ResponseCompression;

namespace Jobs.Web.Http;

/// <summary>What all requests share: who calls, what errors look like, which headers answers carry.</summary>
internal static class HttpExtensions
{
    private const string AnyScheme = "Jobs";

    /// <summary>Bytes of a request whose endpoint does not say otherwise.</summary>
    private const long MaxBody = 1024 * 1024;

    /// <summary>Bytes of a URL: a query of 1,000 characters, each of which takes nine of them, and a hundred ids.</summary>
    private const int MaxRequestLine = 32 * 1024;

    public static void AddHttp(this WebApplicationBuilder builder)
    {
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxBody;
            kestrel.Limits.MaxRequestLineSize = MaxRequestLine;
        });
        var services = builder.Services;
        services.AddSingleton<IProblemDetailsWriter, ProblemWriter>();
        services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = true);
        services.AddProblemDetails(o => o.CustomizeProblemDetails = Problems.Customize);
        services.AddExceptionHandler<ExceptionProblems>();
        services.AddSingleton<IdempotencyKeys>();
        services.AddSingleton<IdempotentAnswers>();
        services.AddRequestLimits();
        services.AddFeatureGates();
        services.AddAntiforgery(o => o.HeaderName = RequestForgery.Header);
        services
            .AddAuthentication(AnyScheme)
            .AddPolicyScheme(
                AnyScheme,
                null,
                o =>
                    o.ForwardDefaultSelector = http =>
                        ApiKeyAuthentication.HasKey(http.Request)
                            ? ApiKeyAuthentication.SchemeName
                            : CookieSignIn.Scheme
            )
            .AddScheme<AuthenticationSchemeOptions, ApiKeyAuthentication>(
                ApiKeyAuthentication.SchemeName,
                null
            )
            .AddCookie(CookieSignIn.Scheme, CookieSignIn.Configure);
        services.AddAuthorization(ScopePolicies.Add);
        services.AddResponseCompression(o =>
        {
            o.EnableForHttps = true;
            o.MimeTypes =
            [
                .. ResponseCompressionDefaults.MimeTypes,
                "application/x-ndjson",
                "text/csv",
                Problems.ContentType,
            ];
        });
        services.Configure<BrotliCompressionProviderOptions>(o =>
            o.Level = CompressionLevel.Fastest
        );
        services.Configure<GzipCompressionProviderOptions>(o => o.Level = CompressionLevel.Fastest);
    }

    public static void UseHttp(this WebApplication app)
    {
        app.UseTrustedProxies();
        app.UseMiddleware<RequestMeasurement>();
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseResponseCompression();
        app.UseRouting();
        app.UseMiddleware<AuditMiddleware>();
        app.UseAuthentication();
        // Behind the authentication, which says who is counted; before what costs more.
        app.UseRateLimiter();
        app.Use(RememberWait);
        app.UseAuthorization();
        app.Use((context, next) => RequestForgery.RefuseAsync(context, next));
        app.UseAntiforgery();
        app.UseMiddleware<IdempotencyMiddleware>();
    }

    // What it waited for one is not waited for the other.
    private static Task RememberWait(HttpContext context, RequestDelegate next)
    {
        if (RequestLimiter.WaitOf(context) is var wait && wait > TimeSpan.Zero)
        {
            RequestWait.SoFar = wait;
        }
        return next(context);
    }
}
