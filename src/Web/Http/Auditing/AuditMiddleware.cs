using Jobs.Auditing;

namespace Jobs.Web.Http.Auditing;

/// <summary>
/// Sees to it that calls that steer, and those for administrators, leave a trace, refused ones included. Who changes
/// something enters it in that transaction; the rest is entered before the first byte of the answer is sent, so that
/// whoever was answered finds it in the audit. A trace that cannot be written is logged and holds no answer back.
/// </summary>
internal sealed class AuditMiddleware(
    RequestDelegate next,
    AuditTrail trail,
    CallTally tally,
    ILogger<AuditMiddleware> log
)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var method = context.Request.Method;
        if (
            context.GetEndpoint() is not RouteEndpoint endpoint
            || AuditedRoutes.ActionOf(method, endpoint) is not { } action
        )
        {
            await next(context);
            return;
        }
        var act = new AuditAct(
            action,
            TargetOf(context),
            context.Connection.RemoteIpAddress,
            context.TraceIdentifier,
            context.FindCaller
        );
        context.Response.OnStarting(() => EnterAsync(context, act));
        AuditAct.Current = act;
        try
        {
            await next(context);
        }
        finally
        {
            AuditAct.Current = null;
        }
    }

    private async Task EnterAsync(HttpContext context, AuditAct act)
    {
        var status = context.Response.StatusCode;
        var isRead = AuditedRoutes.IsRead(context.Request.Method);
        switch (status)
        {
            case >= 500:
                // Maybe the database is away: the caller is not kept waiting for it once more.
                await CountAsync(act, AuditOutcome.Failed, status, now: false);
                break;
            case >= 400:
                await CountAsync(act, AuditOutcome.Refused, status, now: true);
                break;
            default:
                if (context.Response.Headers.ContainsKey("Idempotent-Replayed"))
                {
                    await CountAsync(act, AuditOutcome.Repeated, null, now: true);
                }
                else if (isRead)
                {
                    await CountAsync(act, AuditOutcome.Done, null, now: true);
                }
                else if (!act.IsEntered)
                {
                    await WriteAsync(act);
                }
                break;
        }
    }

    private Task CountAsync(AuditAct act, AuditOutcome outcome, int? status, bool now) =>
        tally.CountAsync(act, outcome, status, now, CancellationToken.None);

    private async Task WriteAsync(AuditAct act)
    {
        try
        {
            await trail.WriteAsync(act, AuditOutcome.Done, null, 1, CancellationToken.None);
        }
        catch (Exception e)
        {
            log.NotEntered(act.Action, act.Target, act.Caller?.KeyName, e);
        }
    }

    private static string? TargetOf(HttpContext context)
    {
        const int most = 200;
        var target = string.Join(
            ' ',
            context
                .Request.RouteValues.Values.OfType<string>()
                .Select(v => v.Replace("\0", "", StringComparison.Ordinal))
        );
        return target.Length == 0 ? null
            : target.Length > most ? target[..most]
            : target;
    }
}
