using Jobs.Monitoring.Requests;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Features;

namespace Jobs.Web.Http;

/// <summary>The first to see a request and the last to see its answer: says in a header how long it took, and counts it.</summary>
internal sealed class RequestMeasurement(
    RequestDelegate next,
    RequestMetrics metrics,
    SlowRequests slow,
    TimeProvider time,
    ILogger<RequestMeasurement> log
)
{
    public Task InvokeAsync(HttpContext context)
    {
        // One object a request, which both callbacks share.
        var request = new Request(this, context, time.GetTimestamp());
        context.Response.OnStarting(Starting, request);
        context.Response.OnCompleted(Completed, request);
        return next(context);
    }

    private static readonly Func<object, Task> Starting = static request =>
    {
        var (self, context, began) = (Request)request;
        self.Start(context, began);
        return Task.CompletedTask;
    };

    private static readonly Func<object, Task> Completed = static request =>
    {
        var (self, context, began) = (Request)request;
        self.Count(context, began);
        return Task.CompletedTask;
    };

    private void Start(HttpContext context, long began) =>
        ResponseHeaders.Add(context, time.GetElapsedTime(began));

    private void Count(HttpContext context, long began)
    {
        var elapsed = time.GetElapsedTime(began);
        // What handles an exception takes the endpoint away.
        var endpoint =
            context.GetEndpoint() ?? context.Features.Get<IExceptionHandlerFeature>()?.Endpoint;
        var route = metrics.Of(endpoint, context.Request.Method);
        var status = context.Response.StatusCode;
        var isHeld = IsHeld(context);
        route.Record(status, isHeld ? null : elapsed);
        if (elapsed > slow.Limit && !isHeld)
        {
            var milliseconds = Math.Round(elapsed.TotalMilliseconds, 1);
            var activity = context.Features.Get<IHttpActivityFeature>()?.Activity;
            slow.Add(
                new SlowRequest(
                    time.GetUtcNow() - elapsed,
                    route.Route,
                    route.Method,
                    status,
                    milliseconds,
                    activity?.TraceId.ToHexString()
                )
            );
            log.SlowRequest(route.Method, route.Route, status, milliseconds);
        }
    }

    // Streams of events, and answers that the caller asked to be held back: how long they take says nothing.
    private static bool IsHeld(HttpContext context) =>
        context.Response.ContentType?.StartsWith("text/event-stream", StringComparison.Ordinal)
            == true
        || context.Request.Headers["Prefer"] is [{ } prefer, ..]
            && prefer.Contains("wait", StringComparison.OrdinalIgnoreCase);

    private sealed record Request(RequestMeasurement Self, HttpContext Context, long Began);
}
