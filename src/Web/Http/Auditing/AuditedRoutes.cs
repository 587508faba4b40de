using System.Collections.Frozen;
using Jobs.Tenancy;
using Jobs.Web.Http.RateLimits;
using Microsoft.AspNetCore.Authorization;

namespace Jobs.Web.Http.Auditing;

/// <summary>
/// Which calls leave a trace: all that steer, and all for administrators. A page and the API share the word of an act.
/// </summary>
internal static class AuditedRoutes
{
    /// <summary>What is submitted, asked or read through another method than GET: it changes nothing that there was.</summary>
    public static readonly FrozenSet<string> Untraced = new[]
    {
        "POST /api/v1/batch/jobs",
        "POST /api/v1/batch/queries",
        "POST /api/v1/batch/queries/async",
        "POST /api/v1/batch/documents",
        "POST /api/v1/batch/cache/get",
        "POST /api/v1/batch/cache/warm",
        "POST /api/v1/dashboard/export",
        "POST /dashboard/export",
        "POST /api/v1/notifications/{id}/read",
        "POST /api/v1/notifications/read-all",
        "POST /notifications/{id}/read",
        "POST /notifications/read-all",
    }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string> Actions = new Dictionary<
        string,
        string
    >(StringComparer.Ordinal)
    {
        ["POST /api/v1/batch/jobs/{id}/cancel"] = "batch.cancel",
        ["POST /api/v1/batch/jobs/{id}/pause"] = "batch.pause",
        ["POST /api/v1/batch/jobs/{id}/resume"] = "batch.resume",
        ["POST /api/v1/batch/jobs/{id}/retry"] = "batch.retry",
        ["DELETE /api/v1/batch/jobs/{id}"] = "batch.delete",
        ["POST /batches/{id}/cancel"] = "batch.cancel",
        ["POST /batches/{id}/pause"] = "batch.pause",
        ["POST /batches/{id}/resume"] = "batch.resume",
        ["POST /batches/{id}/retry"] = "batch.retry",
        ["POST /api/v1/batch/jobs/{id}/deliveries/replay"] = "webhook.replay",
        ["POST /api/v1/webhooks/secret"] = "webhook.rotate",
        ["GET /api/v1/webhooks/secret"] = "webhook.read",
        ["DELETE /api/v1/documents/{id}"] = "document.delete",
        ["POST /documents/{id}/delete"] = "document.delete",
        ["PUT /api/v1/schedules/{name}"] = "schedule.put",
        ["DELETE /api/v1/schedules/{name}"] = "schedule.delete",
        ["POST /api/v1/schedules/{name}/run"] = "schedule.run",
        ["POST /new-schedule"] = "schedule.put",
        ["POST /schedules/{name}/edit"] = "schedule.put",
        ["POST /schedules/{name}/pause"] = "schedule.pause",
        ["POST /schedules/{name}/resume"] = "schedule.resume",
        ["POST /schedules/{name}/run"] = "schedule.run",
        ["POST /schedules/{name}/delete"] = "schedule.delete",
        ["POST /api/v1/queues/{priority}/pause"] = "queue.pause",
        ["POST /api/v1/queues/{priority}/resume"] = "queue.resume",
        ["GET /api/v1/keys"] = "key.list",
        ["POST /api/v1/keys"] = "key.create",
        ["DELETE /api/v1/keys/{id}"] = "key.revoke",
        ["POST /sign-in"] = "session.begin",
        ["POST /sign-out"] = "session.end",
        ["POST /api/v1/reports/reload"] = "report.reload",
        ["DELETE /api/v1/batch/cache"] = "cache.remove",
        ["POST /api/v1/cache/webhooks"] = "cache.subscribe",
        ["DELETE /api/v1/cache/webhooks/{id}"] = "cache.unsubscribe",
        ["GET /api/v1/system/cache/stats"] = "cache.read",
        ["POST /api/v1/system/cache/invalidate"] = "cache.remove",
        ["DELETE /api/v1/system/cache/clear"] = "cache.clear",
        ["POST /api/v1/system/cache/cleanup"] = "cache.cleanup",
        ["GET /api/v1/system/rate-limits"] = "rate-limit.list",
        ["POST /api/v1/system/rate-limits"] = "rate-limit.set",
        ["DELETE /api/v1/system/rate-limits/{policy}"] = "rate-limit.remove",
        ["DELETE /api/v1/system/rate-limits/{policy}/{key}"] = "rate-limit.reset",
        ["GET /api/v1/system/logging"] = "logging.read",
        ["PUT /api/v1/system/logging"] = "logging.set",
        ["GET /api/v1/system/audit"] = "audit.read",
        ["GET /audit"] = "audit.read",
        ["GET /api/v1/system/features"] = "feature.list",
        ["PUT /api/v1/system/features"] = "feature.set",
        ["GET /api/v1/system/health/detailed"] = "health.read",
        ["GET /api/v1/system/resources"] = "resource.read",
        ["GET /api/v1/system/database/stats"] = "database.read",
        ["POST /api/v1/system/database/optimize"] = "database.optimize",
        ["GET /api/v1/system/metrics"] = "metric.read",
        ["POST /api/v1/system/metrics/reset"] = "metric.reset",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The method and the path of an endpoint, as the lists here name it.</summary>
    public static string NameOf(string method, RouteEndpoint endpoint) =>
        $"{method} {EndpointPolicies.PathOf(endpoint).TrimEnd('/')}";

    /// <summary>What a call of an endpoint is called in the audit; null where it leaves no trace.</summary>
    public static string? ActionOf(string method, RouteEndpoint endpoint)
    {
        var name = NameOf(method, endpoint);
        if (Actions.TryGetValue(name, out var action))
        {
            return action;
        }
        // What was forgotten above leaves its trace under its address.
        return
            IsForAdministrators(endpoint)
            || !(IsRead(method) || Untraced.Contains(name) || HttpMethods.IsOptions(method))
            ? name
            : null;
    }

    public static bool IsRead(string method) =>
        HttpMethods.IsGet(method) || HttpMethods.IsHead(method);

    public static bool IsNamed(string name) => Actions.ContainsKey(name);

    private static bool IsForAdministrators(RouteEndpoint endpoint) =>
        endpoint
            .Metadata.GetOrderedMetadata<IAuthorizeData>()
            .Any(a => a.Policy == nameof(Scopes.Admin));
}
