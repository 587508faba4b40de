namespace Jobs.Web.Http.Idempotency;

/// <summary>
/// Holds an answer back so that it is kept before it is sent. One that grows beyond <see cref="Most"/> is let through
/// and cannot be kept. Not thread-safe.
/// </summary>
internal sealed class AnswerBuffer(Stream response) : Stream
{
    /// <summary>Bytes of an answer that is kept.</summary>
    public const int Most = 1024 * 1024;

    private readonly MemoryStream held = new();

    /// <summary>Whether the answer was too large to be kept; then it has been sent.</summary>
    public bool Overflowed { get; private set; }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public byte[] ToArray() => held.ToArray();

    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer,
        CancellationToken cancellationToken = default
    )
    {
        if (!Overflowed && held.Length + buffer.Length <= Most)
        {
            held.Write(buffer.Span);
            return;
        }
        if (!Overflowed)
        {
            Overflowed = true;
            await response.WriteAsync(
                held.GetBuffer().AsMemory(0, (int)held.Length),
                cancellationToken
            );
        }
        await response.WriteAsync(buffer, cancellationToken);
    }

    public override Task WriteAsync(
        byte[] buffer,
        int offset,
        int count,
        CancellationToken cancellationToken
    ) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) =>
        Overflowed ? response.FlushAsync(cancellationToken) : Task.CompletedTask;

    /// <summary>Not supported: answers are written asynchronously.</summary>
    public override void Write(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException();

    public override void Flush() { }

    public override int Read(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
