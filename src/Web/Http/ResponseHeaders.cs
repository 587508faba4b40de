using System.Diagnostics;
using System.Globalization;

namespace Jobs.Web.Http;

/// <summary>What every response carries: how long it took, how to name it, and what keeps a browser safe.</summary>
internal static class ResponseHeaders
{
    // The pages load their own scripts and styles and nothing else.
    private const string ContentSecurity =
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    /// <summary>Adds them, just before the answer begins.</summary>
    /// <param name="elapsed">Since the request came.</param>
    public static void Add(HttpContext context, TimeSpan elapsed)
    {
        var headers = context.Response.Headers;
        headers["X-Process-Time"] = elapsed.TotalMilliseconds.ToString(
            "0.00",
            CultureInfo.InvariantCulture
        );
        headers["X-Request-Id"] = context.TraceIdentifier;
        if (Activity.Current?.Id is { } trace)
        {
            headers["traceparent"] = trace;
        }
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        // The interactive reference brings inline styles of its own.
        headers.ContentSecurityPolicy =
            context.Request.Path.StartsWithSegments("/docs", StringComparison.Ordinal)
                ? ContentSecurity
                    + "; style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-inline'"
            : context.GetEndpoint()?.Metadata.GetMetadata<InlineStyles>() is not null
                ? ContentSecurity + "; style-src 'self' 'unsafe-inline'"
            : ContentSecurity;
    }
}
