using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Jobs.Bench.Submit;

/// <summary>
/// One connection that sends the same request again and again and reads the answers. A load generator shares the machine
/// with what it measures: this one parses no more than it must.
/// </summary>
internal sealed class KeepAliveClient : IDisposable
{
    private const int MostBytes = 64 * 1024;
    private readonly Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] answer = new byte[MostBytes];
    private readonly byte[] request;

    public KeepAliveClient(string path, string key, string body)
    {
        var bytes = Encoding.UTF8.GetByteCount(body);
        request = Encoding.UTF8.GetBytes(
            $"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-API-Key: {key}\r\n"
                + $"Content-Type: application/json\r\nContent-Length: {bytes}\r\n\r\n{body}"
        );
    }

    private KeepAliveClient(string request) => this.request = Encoding.UTF8.GetBytes(request);

    public static KeepAliveClient Get(string path, string key) =>
        new($"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-API-Key: {key}\r\n\r\n");

    /// <summary>A header of the last answer; null where it has none of that name.</summary>
    public string? Header(string name)
    {
        var head = answer.AsSpan(0, answer.AsSpan().IndexOf("\r\n\r\n"u8) + 2);
        var at = head.IndexOf(Encoding.ASCII.GetBytes($"\r\n{name}: "));
        if (at < 0)
        {
            return null;
        }
        var value = head[(at + name.Length + 4)..];
        return Encoding.ASCII.GetString(value[..value.IndexOf((byte)'\r')]);
    }

    public Task ConnectAsync(int port) => socket.ConnectAsync(IPAddress.Loopback, port);

    /// <summary>Sends the request and returns the status of its answer.</summary>
    public async Task<int> SendAsync()
    {
        await socket.SendAsync(request);
        var length = 0;
        do
        {
            var read = await socket.ReceiveAsync(answer.AsMemory(length));
            length +=
                read > 0 ? read : throw new IOException("The server has closed the connection.");
        } while (!IsComplete(answer.AsSpan(0, length)));
        return int.Parse(answer.AsSpan(9, 3), CultureInfo.InvariantCulture);
    }

    /// <summary>The same on a thread of its own: its time has no waking of other threads of this process in it.</summary>
    public int Send()
    {
        socket.Send(request);
        var length = 0;
        do
        {
            var read = socket.Receive(answer.AsSpan(length));
            length +=
                read > 0 ? read : throw new IOException("The server has closed the connection.");
        } while (!IsComplete(answer.AsSpan(0, length)));
        return int.Parse(answer.AsSpan(9, 3), CultureInfo.InvariantCulture);
    }

    public void Dispose() => socket.Dispose();

    private static bool IsComplete(ReadOnlySpan<byte> bytes)
    {
        var head = bytes.IndexOf("\r\n\r\n"u8);
        if (head < 0)
        {
            return false;
        }
        var at = bytes[..head].IndexOf("Content-Length: "u8);
        if (at < 0)
        {
            return bytes.EndsWith("0\r\n\r\n"u8);
        }
        var digits = bytes[(at + 16)..];
        digits = digits[..digits.IndexOf((byte)'\r')];
        return bytes.Length >= head + 4 + int.Parse(digits, CultureInfo.InvariantCulture);
    }
}
