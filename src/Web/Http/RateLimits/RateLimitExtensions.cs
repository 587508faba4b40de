using System.Net;
using Jobs.RateLimiting;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace Jobs.Web.Http.RateLimits;

/// <summary>Rate limits of requests, on ASP.NET Core's middleware.</summary>
internal static class RateLimitExtensions
{
    public static void AddRequestLimits(this IServiceCollection services)
    {
        services.AddRateLimiting();
        services.AddSingleton<EndpointPolicies>();
        services.AddSingleton<TenantQueries>();
        services.AddSingleton<RequestLimiter>();
        services.AddRateLimiter(_ => { });
        services
            .AddOptions<RateLimiterOptions>()
            .Configure<RequestLimiter>(
                (options, limiter) =>
                {
                    options.GlobalLimiter = limiter;
                    options.OnRejected = (rejected, _) =>
                        ((RequestLease)rejected.Lease).Refusal!.WriteAsync(rejected.HttpContext);
                }
            );
        services
            .AddOptions<RateLimitOptions>()
            .Validate(
                o => TrustedProxies.TryParse(o.TrustedProxies, out _),
                $"{RateLimitOptions.Section}:TrustedProxies must be addresses or networks such as 10.0.0.0/8, separated by commas."
            );
    }

    /// <summary>Believes the proxies that are configured, before anything looks at the address of the caller.</summary>
    public static void UseTrustedProxies(this WebApplication app)
    {
        var configured = app
            .Services.GetRequiredService<IOptions<RateLimitOptions>>()
            .Value.TrustedProxies;
        if (!TrustedProxies.TryParse(configured, out var networks) || networks.Count == 0)
        {
            return;
        }
        var options = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor,
            // As far back as addresses are those of trusted proxies.
            ForwardLimit = null,
        };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        networks.ForEach(options.KnownIPNetworks.Add);
        app.UseForwardedHeaders(options);
    }
}

/// <summary>Reads which proxies are believed.</summary>
internal static class TrustedProxies
{
    public static bool TryParse(string text, out List<System.Net.IPNetwork> networks)
    {
        networks = [];
        foreach (
            var part in text.Split(
                ',',
                StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries
            )
        )
        {
            if (IPAddress.TryParse(part, out var address))
            {
                networks.Add(
                    new System.Net.IPNetwork(address, address.GetAddressBytes().Length * 8)
                );
            }
            else if (System.Net.IPNetwork.TryParse(part, out var network))
            {
                networks.Add(network);
            }
            else
            {
                return false;
            }
        }
        return true;
    }
}
