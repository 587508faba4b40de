using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Options;

namespace Jobs.Notifications.Webhooks;

/// <summary>
/// Sends messages. The address is checked when it is connected to, so that no name can lead elsewhere after a check.
/// Without proxy, cookies and redirects. Thread-safe.
/// </summary>
internal sealed class WebhookSender : IDisposable
{
    /// <summary>Bytes that are read of an answer.</summary>
    private const int ReadBytes = 4 * 1024;

    /// <summary>Characters that are kept of it.</summary>
    private const int KeptLength = 1000;

    private readonly WebhookOptions options;
    private readonly TimeProvider time;
    private readonly HttpMessageInvoker http;

    public WebhookSender(IOptions<WebhookOptions> options, TimeProvider time)
    {
        this.options = options.Value;
        this.time = time;
        http = new HttpMessageInvoker(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseProxy = false,
                UseCookies = false,
                ActivityHeadersPropagator = null,
                MaxResponseHeadersLength = 16,
                PooledConnectionLifetime = TimeSpan.FromMinutes(1),
                ConnectCallback = ConnectAsync,
            }
        );
    }

    /// <summary>Sends a message once; whatever goes wrong is in the result.</summary>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public async Task<WebhookResult> SendAsync(
        WebhookMessage message,
        CancellationToken cancellationToken
    )
    {
        using var limit = new CancellationTokenSource(options.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(
            limit.Token,
            cancellationToken
        );
        try
        {
            using var request = Request(message);
            using var response = await http.SendAsync(request, either.Token);
            return WebhookResult.Of(
                (int)response.StatusCode,
                await BeginningAsync(response.Content, either.Token)
            );
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return WebhookResult.Failure(
                WebhookErrors.Timeout,
                $"There was no answer within {options.Timeout.TotalSeconds} s."
            );
        }
        catch (Exception e)
            when (e is HttpRequestException or IOException or SocketException or UriFormatException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return Classify(e);
        }
    }

    public void Dispose() => http.Dispose();

    private HttpRequestMessage Request(WebhookMessage message)
    {
        var at = time.GetUtcNow();
        var content = new ByteArrayContent(message.Body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        var request = new HttpRequestMessage(HttpMethod.Post, message.Url) { Content = content };
        request.Headers.TryAddWithoutValidation("User-Agent", "Jobs-Webhooks/1");
        request.Headers.TryAddWithoutValidation("webhook-id", message.Id);
        request.Headers.TryAddWithoutValidation("webhook-timestamp", WebhookSecret.Timestamp(at));
        request.Headers.TryAddWithoutValidation(
            "webhook-signature",
            string.Join(' ', message.Secrets.Select(s => s.Sign(message.Id, at, message.Body)))
        );
        return request;
    }

    private async ValueTask<Stream> ConnectAsync(
        SocketsHttpConnectionContext context,
        CancellationToken cancellationToken
    )
    {
        var host = context.DnsEndPoint.Host;
        var addresses = await Dns.GetHostAddressesAsync(host.Trim('[', ']'), cancellationToken);
        if (!options.Allows(host))
        {
            addresses = Array.FindAll(addresses, PublicAddress.Is);
            if (addresses.Length == 0)
            {
                throw new ForbiddenAddressException(host);
            }
        }
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            // To the addresses that were checked, not to the name.
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task<string> BeginningAsync(
        HttpContent content,
        CancellationToken cancellationToken
    )
    {
        var bytes = new byte[ReadBytes];
        await using var body = await content.ReadAsStreamAsync(cancellationToken);
        var length = await body.ReadAtLeastAsync(
            bytes,
            bytes.Length,
            throwOnEndOfStream: false,
            cancellationToken
        );
        // PostgreSQL's text has no U+0000.
        var text = Encoding.UTF8.GetString(bytes, 0, length).Replace('\0', '\uFFFD');
        return text.Length <= KeptLength ? text : text[..KeptLength];
    }

    private static WebhookResult Classify(Exception exception)
    {
        for (var e = exception; e is not null; e = e.InnerException)
        {
            if (e is ForbiddenAddressException)
            {
                return WebhookResult.Failure(WebhookErrors.Address, e.Message);
            }
            if (
                e is SocketException
                {
                    SocketErrorCode: SocketError.HostNotFound
                        or SocketError.TryAgain
                        or SocketError.NoData
                }
            )
            {
                return WebhookResult.Failure(
                    WebhookErrors.Name,
                    "The name of the host has no address."
                );
            }
        }
        var code = exception switch
        {
            HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } =>
                WebhookErrors.Tls,
            HttpRequestException { InnerException: SocketException } or SocketException =>
                WebhookErrors.Connection,
            _ => WebhookErrors.Protocol,
        };
        return WebhookResult.Failure(code, exception.Message);
    }
}

/// <summary>What is sent.</summary>
/// <param name="Secrets">Each adds a signature.</param>
internal sealed record WebhookMessage(
    string Id,
    Uri Url,
    byte[] Body,
    IReadOnlyList<WebhookSecret> Secrets
);
