using System.Net;
using System.Net.Sockets;

namespace Jobs.Testing.Chaos;

/// <summary>One connection through a <see cref="TcpProxy"/>.</summary>
internal sealed class ProxiedConnection(TcpProxy proxy, Socket client, Socket server)
{
    private const int BufferBytes = 64 * 1024;
    private volatile AnswerTrap? trapped;

    /// <summary>Whether what either end says from now on is lost.</summary>
    public bool Silent { get; set; }

    public async Task RunAsync(EndPoint serverEnd, CancellationToken cancellationToken)
    {
        try
        {
            client.NoDelay = true;
            await proxy.OpenAsync(cancellationToken);
            await server.ConnectAsync(serverEnd, cancellationToken);
            // Whichever way ends first takes the other with it.
            var ways = new[] { AskAsync(cancellationToken), AnswerAsync(cancellationToken) };
            await Task.WhenAny(ways);
            Reset();
            await Task.WhenAll(ways);
        }
        catch (Exception e)
            when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // As connections end.
        }
        finally
        {
            Reset();
        }
    }

    /// <summary>Both ends hear that the connection is broken, the client at once.</summary>
    public void Reset()
    {
        // Closed without lingering, a TCP connection is reset.
        client.Close(0);
        server.Close(0);
    }

    private async Task AskAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferBytes];
        while (await client.ReceiveAsync(buffer, cancellationToken) is > 0 and var length)
        {
            await proxy.OpenAsync(cancellationToken);
            if (Silent)
            {
                continue;
            }
            if (proxy.Trap is { } trap && trap.Takes(buffer.AsSpan(0, length)))
            {
                trapped = trap;
            }
            await SendAsync(server, buffer.AsMemory(0, length), cancellationToken);
        }
    }

    private async Task AnswerAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferBytes];
        var filter = proxy.Deaf ? new NoticeFilter(proxy.CountSwallowed) : null;
        while (await server.ReceiveAsync(buffer, cancellationToken) is > 0 and var length)
        {
            // PostgreSQL answers when it has committed.
            if (trapped is { } trap)
            {
                trap.Spring();
                return;
            }
            await proxy.OpenAsync(cancellationToken);
            if (Silent)
            {
                continue;
            }
            var answer = buffer.AsMemory(0, length);
            await SendAsync(client, filter?.Pass(answer.Span) ?? answer, cancellationToken);
        }
    }

    private static async Task SendAsync(
        Socket to,
        ReadOnlyMemory<byte> bytes,
        CancellationToken cancellationToken
    )
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await to.SendAsync(bytes, cancellationToken)..];
        }
    }
}
