using System.Diagnostics;
using OpenTelemetry;

namespace Jobs.Monitoring.Telemetry;

/// <summary>
/// Takes from spans what callers wrote: paths and query strings of requests, where a document's name, a search or an
/// address may stand. The route says what was called.
/// </summary>
internal sealed class QuietSpans : BaseProcessor<Activity>
{
    private static readonly string[] Callers =
    [
        "url.path",
        "url.query",
        "url.full",
        "http.target",
        "http.url",
        "user_agent.original",
        "client.address",
        "network.peer.address",
    ];

    public override void OnEnd(Activity data)
    {
        if (data.Source.Name != "Microsoft.AspNetCore")
        {
            return;
        }
        foreach (var name in Callers)
        {
            data.SetTag(name, null);
        }
    }
}
