using System.Buffers.Binary;
using System.Collections.Concurrent;
using Jobs.Testing;
using Jobs.Web.Tests.Api.Monitoring.Traffic;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Jobs.Web.Tests.Api.Monitoring.Otlp;

/// <summary>
/// Receives what is sent by OTLP, over gRPC and over HTTP, and reads it: the last value of each counter, and the names of
/// spans. Thread-safe.
/// </summary>
/// <remarks>Field numbers are those of opentelemetry-proto 1.x.</remarks>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly SemaphoreSlim came = new(0);
    private readonly ConcurrentQueue<string> protocols = new();
    private readonly ConcurrentQueue<string> spans = new();
    private volatile Dictionary<string, SortedDictionary<string, double>> counters = [];

    private OtlpReceiver(WebApplication app) => this.app = app;

    /// <summary>Where it takes gRPC.</summary>
    public string Grpc => app.Urls.First();

    /// <summary>Where it takes HTTP.</summary>
    public string Http => app.Urls.Last();

    /// <summary>The types of content that came.</summary>
    public IReadOnlyCollection<string> Protocols => protocols;

    public IReadOnlyCollection<string> Spans => spans;

    public static async Task<OtlpReceiver> StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(
                System.Net.IPAddress.Loopback,
                0,
                l => l.Protocols = HttpProtocols.Http2
            );
            kestrel.Listen(
                System.Net.IPAddress.Loopback,
                0,
                l => l.Protocols = HttpProtocols.Http1
            );
        });
        var app = builder.Build();
        var receiver = new OtlpReceiver(app);
        app.Run(receiver.TakeAsync);
        await app.StartAsync(cancellationToken);
        return receiver;
    }

    /// <summary>The last that came of a counter, by its labels, without what is zero.</summary>
    public SortedDictionary<string, double> Of(string counter) =>
        counters.GetValueOrDefault(counter) ?? new(StringComparer.Ordinal);

    /// <summary>Waits until what came is as a test wants it.</summary>
    public async Task UntilAsync(Func<bool> condition, CancellationToken cancellationToken)
    {
        while (!condition())
        {
            (await came.WaitAsync(EngineHost.Patience * 2, cancellationToken)).ShouldBeTrue();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        came.Dispose();
    }

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        ReadOnlyMemory<byte> message = body.ToArray();
        var isGrpc = context.Request.ContentType == "application/grpc";
        if (isGrpc)
        {
            // A byte says whether it is compressed, four how long it is.
            message.Span[0].ShouldBe((byte)0);
            var length = BinaryPrimitives.ReadInt32BigEndian(message.Span[1..]);
            message = message.Slice(5, length);
        }
        Read(context.Request.Path.Value!, new ProtobufMessage(message));
        protocols.Enqueue(context.Request.ContentType!);
        context.Response.ContentType = context.Request.ContentType;
        if (isGrpc)
        {
            // An empty message: all was taken.
            await context.Response.Body.WriteAsync(new byte[5], context.RequestAborted);
            context.Response.AppendTrailer("grpc-status", "0");
        }
        came.Release();
    }

    private void Read(string path, ProtobufMessage request)
    {
        var isTraces = path.Contains("trace", StringComparison.OrdinalIgnoreCase);
        // Resources, and of each what one source of them gave.
        var ofSources = request.Messages(1).SelectMany(resource => resource.Messages(2));
        if (isTraces)
        {
            foreach (var span in ofSources.SelectMany(source => source.Messages(2)))
            {
                spans.Enqueue(span.Text(5));
            }
            return;
        }
        var read = new Dictionary<string, SortedDictionary<string, double>>(StringComparer.Ordinal);
        foreach (var metric in ofSources.SelectMany(source => source.Messages(2)))
        {
            var points = metric.Messages(7).SelectMany(sum => sum.Messages(1));
            read[metric.Text(1)] = new(
                points
                    .Where(point => point.Number(6) != 0)
                    .ToDictionary(Labels, point => (double)point.Number(6), StringComparer.Ordinal),
                StringComparer.Ordinal
            );
        }
        counters = read;
    }

    private static string Labels(ProtobufMessage point) =>
        Scrape.Key(
            point
                .Messages(7)
                .Select(label => $"{label.Text(1)}=\"{label.Messages(2).Single().Text(1)}\"")
        );
}
