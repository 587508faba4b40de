using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Jobs.Testing;

/// <summary>A web server on loopback that receives webhooks and answers as the test says.</summary>
public sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly Channel<ReceivedWebhook> received = Channel.CreateUnbounded<ReceivedWebhook>();

    private Receiver(WebApplication app) => this.app = app;

    /// <summary>Its port with a path.</summary>
    public string Url(string host = "127.0.0.1") =>
        $"http://{host}:{new Uri(app.Urls.First()).Port}/hook";

    /// <summary>How many came and were not taken.</summary>
    public int Waiting => received.Reader.Count;

    public static async Task<Receiver> StartAsync(
        Func<HttpContext, int, Task> answer,
        CancellationToken cancellationToken
    )
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var receiver = new Receiver(app);
        var count = 0;
        app.Run(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            var body = await reader.ReadToEndAsync(context.RequestAborted);
            var headers = context.Request.Headers.ToDictionary(
                h => h.Key,
                h => h.Value.ToString(),
                StringComparer.OrdinalIgnoreCase
            );
            var number = Interlocked.Increment(ref count);
            receiver.received.Writer.TryWrite(new ReceivedWebhook(body, headers));
            await answer(context, number);
        });
        await app.StartAsync(cancellationToken);
        return receiver;
    }

    /// <summary>Answers each with a status.</summary>
    public static Task<Receiver> StartAsync(int status, CancellationToken cancellationToken) =>
        StartAsync(
            (context, _) =>
            {
                context.Response.StatusCode = status;
                return context.Response.WriteAsync($"answered {status}", context.RequestAborted);
            },
            cancellationToken
        );

    public async Task<ReceivedWebhook> TakeAsync(CancellationToken cancellationToken) =>
        await received
            .Reader.ReadAsync(cancellationToken)
            .AsTask()
            .WaitAsync(EngineHost.Patience, TimeProvider.System, cancellationToken);

    /// <summary>What has come and was not taken.</summary>
    public IReadOnlyList<ReceivedWebhook> TakeAll()
    {
        var all = new List<ReceivedWebhook>();
        while (received.Reader.TryRead(out var next))
        {
            all.Add(next);
        }
        return all;
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();
}

public sealed record ReceivedWebhook(string Body, IReadOnlyDictionary<string, string> Headers)
{
    public string Id => Headers["webhook-id"];
}
