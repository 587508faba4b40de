namespace Jobs.Kinds.Queries.Reports;

/// <summary>
/// What was written and has not left yet: for writers that know no asynchronous writing, before a connection that knows
/// no other. Not thread-safe.
/// </summary>
internal sealed class OutgoingBuffer : Stream
{
    private readonly MemoryStream waiting = new();

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    /// <summary>Bytes that wait.</summary>
    public override long Length => waiting.Length;

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Sends what waits.</summary>
    public async Task SendAsync(Stream to, CancellationToken cancellationToken)
    {
        await to.WriteAsync(
            waiting.GetBuffer().AsMemory(0, (int)waiting.Length),
            cancellationToken
        );
        waiting.SetLength(0);
    }

    public override void Write(byte[] buffer, int offset, int count) =>
        waiting.Write(buffer, offset, count);

    public override void Write(ReadOnlySpan<byte> buffer) => waiting.Write(buffer);

    // It leaves when it is sent.
    public override void Flush() { }

    public override int Read(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        waiting.Dispose();
        base.Dispose(disposing);
    }
}
