namespace Jobs.Monitoring.Requests;

/// <summary>Requests of all nodes in the time until now.</summary>
/// <param name="From">What is older is not counted.</param>
/// <param name="ResetAt">When they were counted anew; null where they never were.</param>
/// <param name="Nodes">Processes that wrote what they counted in the last minutes.</param>
/// <param name="Total">Of all routes.</param>
/// <param name="Statuses">How many answers had which status.</param>
/// <param name="Endpoints">By route and method.</param>
/// <param name="Top">The ten that were called most.</param>
/// <param name="Slow">The last slow requests of the node that answers, the latest first.</param>
public sealed record RequestReport(
    DateTimeOffset From,
    DateTimeOffset Until,
    double WindowSeconds,
    DateTimeOffset? ResetAt,
    IReadOnlyList<string> Nodes,
    RequestSummary Total,
    IReadOnlyDictionary<string, long> Statuses,
    IReadOnlyList<EndpointSummary> Endpoints,
    IReadOnlyList<EndpointSummary> Top,
    IReadOnlyList<SlowRequest> Slow
);

/// <summary>Requests in figures. Times are those of requests that were not held on purpose; quantiles are true to 2 percent.</summary>
/// <param name="Errors">Answers with a status of 500 or more.</param>
/// <param name="ClientErrors">Answers with a status from 400 to 499.</param>
/// <param name="ErrorRate">Errors, of all requests.</param>
/// <param name="Timed">Requests that the times are of.</param>
public sealed record RequestSummary(
    long Requests,
    long Errors,
    long ClientErrors,
    double ErrorRate,
    double PerSecond,
    long Timed,
    double? MeanMs,
    double? P50Ms,
    double? P95Ms,
    double? P99Ms,
    double? MaxMs
);

/// <summary>Requests of a route and a method.</summary>
public sealed record EndpointSummary(
    string Route,
    string Method,
    RequestSummary Figures,
    IReadOnlyDictionary<string, long> Statuses
);

/// <summary>How many requests there were.</summary>
/// <param name="Errors">Answers with a status of 500 or more.</param>
public readonly record struct RequestCount(long Requests, long Errors);
