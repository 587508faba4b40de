using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Jobs.Web.Api;

/// <summary>Server-sent events, as the WHATWG's HTML standard has them. Not thread-safe.</summary>
internal sealed class EventStream(HttpResponse response)
{
    /// <summary>Without anything else to say a comment is sent so often, so that nobody takes the connection for dead.</summary>
    public static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    private readonly ArrayBufferWriter<byte> buffer = new();

    /// <summary>Makes the response one; before anything is written.</summary>
    public static EventStream Begin(HttpResponse response)
    {
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        return new EventStream(response);
    }

    public Task WriteAsync<T>(
        string name,
        string? id,
        T value,
        JsonTypeInfo<T> type,
        CancellationToken cancellationToken
    ) =>
        WriteAsync(
            name,
            id,
            json => JsonSerializer.Serialize(json, value, type),
            cancellationToken
        );

    /// <summary>A comment; with an id that a listener comes back with though nothing was told.</summary>
    public Task WriteCommentAsync(string? id, CancellationToken cancellationToken)
    {
        buffer.ResetWrittenCount();
        buffer.Write(":\n"u8);
        WriteId(id);
        buffer.Write("\n"u8);
        return FlushAsync(cancellationToken);
    }

    /// <summary>An event.</summary>
    /// <param name="id">Null for an event that a later one completes: a stream that breaks off before is resumed from the one before.</param>
    public Task WriteAsync(
        string name,
        string? id,
        Action<Utf8JsonWriter> write,
        CancellationToken cancellationToken
    )
    {
        buffer.ResetWrittenCount();
        Encoding.UTF8.GetBytes($"event: {name}\n", buffer);
        WriteId(id);
        buffer.Write("data: "u8);
        using (var json = new Utf8JsonWriter(buffer))
        {
            write(json);
        }
        buffer.Write("\n\n"u8);
        return FlushAsync(cancellationToken);
    }

    private void WriteId(string? id)
    {
        if (id is not null)
        {
            Encoding.UTF8.GetBytes($"id: {id}\n", buffer);
        }
    }

    private async Task FlushAsync(CancellationToken cancellationToken)
    {
        await response.Body.WriteAsync(buffer.WrittenMemory, cancellationToken);
        await response.Body.FlushAsync(cancellationToken);
    }
}
