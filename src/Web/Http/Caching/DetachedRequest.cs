using System.Security.Claims;
using Jobs.Tenancy;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Jobs.Web.Http.Caching;

/// <summary>
/// A request without its connection: what an endpoint needs to answer it once more, whenever that is, for whoever may
/// see what its caller may. Thread-safe.
/// </summary>
internal sealed class DetachedRequest
{
    private static readonly object Mark = new();

    private readonly IServiceScopeFactory scopes;
    private readonly Endpoint endpoint;
    private readonly RouteValueDictionary route;
    private readonly ClaimsPrincipal user;
    private readonly Caller? caller;
    private readonly string scheme;
    private readonly HostString host;
    private readonly PathString pathBase;
    private readonly PathString path;
    private readonly QueryString query;
    private readonly string? accept;

    private DetachedRequest(HttpContext http)
    {
        scopes = http.RequestServices.GetRequiredService<IServiceScopeFactory>();
        endpoint =
            http.GetEndpoint()
            ?? throw new InvalidOperationException("Only an endpoint can be asked once more.");
        route = new RouteValueDictionary(http.Request.RouteValues);
        user = http.User;
        caller = http.FindCaller();
        (scheme, host) = (http.Request.Scheme, http.Request.Host);
        (pathBase, path, query) = (
            http.Request.PathBase,
            http.Request.Path,
            http.Request.QueryString
        );
        accept = http.Request.Headers.Accept;
    }

    public static DetachedRequest Of(HttpContext http) => new(http);

    /// <summary>Whether a request is one of these.</summary>
    public static bool Is(HttpContext http) => http.Items.ContainsKey(Mark);

    /// <summary>What the endpoint answers. What it throws is thrown.</summary>
    public async ValueTask<CachedResponse> AnswerAsync(CancellationToken cancellationToken)
    {
        await using var services = scopes.CreateAsyncScope();
        using var body = new MemoryStream();
        var http = Context(services.ServiceProvider, body, cancellationToken);
        await endpoint.RequestDelegate!(http);
        await http.Response.BodyWriter.FlushAsync(cancellationToken);
        await http.Response.CompleteAsync();
        var bytes = body.ToArray();
        KeyValuePair<string, string>[] headers =
        [
            .. http
                .Response.Headers.Where(h => !IsOurs(h.Key))
                .Select(h => KeyValuePair.Create(h.Key, h.Value.ToString())),
        ];
        return new CachedResponse(
            http.Response.StatusCode,
            http.Response.ContentType,
            headers.Length == 0 ? null : headers,
            bytes,
            CachedResponse.TagOf(bytes)
        )
        {
            IsPassing =
                CacheControlHeaderValue.TryParse(
                    http.Response.Headers.CacheControl.ToString(),
                    out var control
                ) && control.NoStore,
        };
    }

    private DefaultHttpContext Context(
        IServiceProvider services,
        Stream body,
        CancellationToken cancellationToken
    )
    {
        var http = new DefaultHttpContext
        {
            RequestServices = services,
            User = user,
            RequestAborted = cancellationToken,
        };
        http.Request.Method = HttpMethods.Get;
        (http.Request.Scheme, http.Request.Host) = (scheme, host);
        (http.Request.PathBase, http.Request.Path, http.Request.QueryString) = (
            pathBase,
            path,
            query
        );
        http.Request.RouteValues = new RouteValueDictionary(route);
        http.Request.Headers.Accept = accept;
        http.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(body));
        http.Items[Mark] = true;
        if (caller is not null)
        {
            http.SetCaller(caller);
        }
        http.SetEndpoint(endpoint);
        return http;
    }

    // What the filter says itself, and what belongs to one caller.
    private static bool IsOurs(string header) =>
        header.ToUpperInvariant()
            is "CONTENT-TYPE"
                or "CONTENT-LENGTH"
                or "SET-COOKIE"
                or "ETAG"
                or "AGE"
                or "VARY"
                or "CACHE-CONTROL"
                or "X-CACHE"
                or "DATE";
}
