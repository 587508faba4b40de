using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Jobs.Monitoring.Samples;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.StaticAssets;

namespace Jobs.Monitoring.Requests;

/// <summary>
/// Counts the requests that this process answers, by route and method. Whatever is requested, there are at most
/// <see cref="MostRoutes"/> of them, and then <see cref="Other"/>. Thread-safe.
/// </summary>
public sealed class RequestMetrics : ISampleSource
{
    public const string MeterName = "Jobs.Http";
    public const string RequestsName = "jobs.http.requests";

    /// <summary>Routes and methods that are counted apart.</summary>
    public const int MostRoutes = 512;

    /// <summary>Requests that no route matched.</summary>
    public const string Unmatched = "unmatched";

    /// <summary>The files that belong to the pages.</summary>
    public const string Files = "files";

    /// <summary>Routes beyond the most.</summary>
    public const string Other = "other";

    // Endpoints come from the program; a part of it that makes them without end is not followed.
    private const int MostEndpoints = 4096;

    private static readonly string[] Methods =
    [
        "GET",
        "POST",
        "PUT",
        "DELETE",
        "HEAD",
        "PATCH",
        "OPTIONS",
        "other",
    ];

    private readonly ConcurrentDictionary<Endpoint, RouteStatistics?[]> endpoints = new();
    private readonly RouteStatistics?[] unmatched = new RouteStatistics?[Methods.Length];
    private readonly RouteStatistics other = new(Other, Other);
    private readonly Dictionary<(string Route, string Method), RouteStatistics> routes = [];
    private readonly Lock gate = new();
    private volatile RouteStatistics[] all;

    public RequestMetrics(IMeterFactory meters)
    {
        all = [other];
        meters
            .Create(MeterName)
            .CreateObservableCounter(
                RequestsName,
                Observe,
                "{request}",
                "Requests that were answered, by route, method and status."
            );
    }

    /// <summary>Where requests to an endpoint are counted.</summary>
    public RouteStatistics Of(Endpoint? endpoint, string method)
    {
        var place = PlaceOf(method);
        if (endpoint is not RouteEndpoint route)
        {
            return unmatched[place] ??= Add(Unmatched, Methods[place]);
        }
        if (!endpoints.TryGetValue(endpoint, out var counts))
        {
            if (endpoints.Count >= MostEndpoints)
            {
                return other;
            }
            counts = endpoints.GetOrAdd(endpoint, _ => new RouteStatistics?[Methods.Length]);
        }
        return counts[place] ??= Add(NameOf(route), Methods[place]);
    }

    void ISampleSource.Collect(SampleSlice slice)
    {
        foreach (var route in all)
        {
            route.Collect(slice);
        }
    }

    /// <summary>What was counted since the last slice was taken.</summary>
    internal void AddTo(Func<string, string, RouteTally> tallyOf)
    {
        foreach (var route in all)
        {
            route.AddTo(tallyOf(route.Route, route.Method));
        }
    }

    // A file a route, and their names change with what is in them.
    private static string NameOf(RouteEndpoint endpoint) =>
        endpoint.Metadata.GetMetadata<StaticAssetDescriptor>() is not null
            ? Files
            : endpoint.RoutePattern.RawText ?? Unmatched;

    private RouteStatistics Add(string route, string method)
    {
        lock (gate)
        {
            if (routes.TryGetValue((route, method), out var known))
            {
                return known;
            }
            if (routes.Count >= MostRoutes)
            {
                return other;
            }
            var added = routes[(route, method)] = new RouteStatistics(route, method);
            all = [.. all, added];
            return added;
        }
    }

    private static int PlaceOf(string method)
    {
        for (var place = 0; place < Methods.Length - 1; place++)
        {
            // Kestrel's strings of the known methods are always the same.
            if (string.Equals(method, Methods[place], StringComparison.Ordinal))
            {
                return place;
            }
        }
        return Methods.Length - 1;
    }

    private IEnumerable<Measurement<long>> Observe() =>
        from route in all
        from total in route.Totals()
        select new Measurement<long>(
            total.Count,
            new("route", route.Route),
            new("method", route.Method),
            new("status", total.Status)
        );
}
