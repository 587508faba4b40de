using System.Globalization;
using Jobs.Caching;
using Jobs.Features;
using Jobs.Tenancy;
using Microsoft.Net.Http.Headers;

namespace Jobs.Web.Http.Caching;

/// <summary>
/// Answers a GET from the cache, or lets the endpoint answer once for all who ask the same at the same time. The
/// endpoint never works on a caller's own request: one that goes away would take the answer of the others along, and
/// what is stale is refreshed when its caller has gone. Thread-safe.
/// </summary>
internal sealed class ResponseCacheFilter(
    string name,
    TimeSpan? ttl,
    TimeSpan? stale,
    bool perUser,
    Func<IServiceProvider, string>? version,
    string[] tags
) : IEndpointFilter
{
    // While one version takes the place of another, neither answers for the other.
    private static readonly string Version =
        typeof(ResponseCacheFilter).Module.ModuleVersionId.ToString("N");

    private readonly CacheEntryOptions options = new()
    {
        Ttl = ttl,
        Stale = stale,
        Keep = static value => value is CachedResponse { IsCacheable: true, IsPassing: false },
    };

    public async ValueTask<object?> InvokeAsync(
        EndpointFilterInvocationContext context,
        EndpointFilterDelegate next
    )
    {
        var http = context.HttpContext;
        if (
            DetachedRequest.Is(http)
            || !HttpMethods.IsGet(http.Request.Method)
            || !http
                .RequestServices.GetRequiredService<FeatureSwitches>()
                .IsOn(FeatureNames.Caching)
        )
        {
            return await next(context);
        }
        var caller = http.FindCaller();
        var scope = http
            .RequestServices.GetRequiredService<CacheStore>()
            .Scope(name, caller?.TenantId ?? 0, perUser ? caller?.KeyId.ToString("N") : null);
        var answer = await scope.AnswerAsync(
            NameOf(http.Request, caller, version?.Invoke(http.RequestServices)),
            DetachedRequest.Of(http),
            static (request, ct) => request.AnswerAsync(ct),
            options,
            tags,
            http.RequestAborted
        );
        return new CachedResult(answer);
    }

    // Who calls decides by scopes what an endpoint shows; the query may hold anything, and is hashed.
    private static string NameOf(HttpRequest request, Caller? caller, string? version) =>
        CacheName.Hashed(
            "http",
            Version,
            version,
            request.Path.Value,
            request.QueryString.Value,
            ((int?)caller?.Scopes)?.ToString(CultureInfo.InvariantCulture),
            request.Headers.Accept.ToString()
        );

    private sealed class CachedResult(CacheAnswer<CachedResponse> answer) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            var (kept, status, age) = answer;
            var response = httpContext.Response;
            var headers = response.Headers;
            headers["X-Cache"] = status.Header();
            response.StatusCode = kept.Status;
            foreach (var (header, value) in kept.Headers ?? [])
            {
                headers[header] = value;
            }
            if (kept.IsCacheable)
            {
                headers.Age = ((long)age.TotalSeconds).ToString(CultureInfo.InvariantCulture);
                headers.ETag = kept.ETag;
                headers.Vary = "Authorization, X-API-Key, Cookie, Accept";
                headers.CacheControl = "private, no-cache";
                if (Matches(httpContext.Request, kept.ETag))
                {
                    response.StatusCode = StatusCodes.Status304NotModified;
                    return;
                }
            }
            response.ContentType = kept.ContentType;
            response.ContentLength = kept.Body.Length;
            await response.Body.WriteAsync(kept.Body, httpContext.RequestAborted);
        }

        private static bool Matches(HttpRequest request, string tag) =>
            request
                .GetTypedHeaders()
                .IfNoneMatch.Any(t =>
                    t.Compare(new EntityTagHeaderValue(tag), useStrongComparison: false)
                    || t.Equals(EntityTagHeaderValue.Any)
                );
    }
}
