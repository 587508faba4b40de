namespace Jobs.Web.Http.Idempotency;

/// <summary>A request's body that is digested while it is read: nothing is buffered. Not thread-safe.</summary>
internal sealed class DigestingStream(Stream body, RequestDigest digest) : ForwardStream
{
    public override async ValueTask<int> ReadAsync(
        Memory<byte> buffer,
        CancellationToken cancellationToken = default
    )
    {
        var read = await body.ReadAsync(buffer, cancellationToken);
        digest.Append(buffer.Span[..read]);
        return read;
    }
}
