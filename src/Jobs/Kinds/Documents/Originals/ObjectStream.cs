using Amazon.S3.Model;

namespace Jobs.Kinds.Documents;

/// <summary>Reads an object, and says so where it ends too early.</summary>
internal sealed class ObjectStream(GetObjectResponse answer, long length) : ForwardStream
{
    private long position;

    public override long Length => length;

    public override async ValueTask<int> ReadAsync(
        Memory<byte> buffer,
        CancellationToken cancellationToken = default
    )
    {
        var read = await answer.ResponseStream.ReadAsync(buffer, cancellationToken);
        position += read;
        return read > 0 || buffer.IsEmpty || position == length
            ? read
            : throw new EndOfStreamException(
                $"A stored object ended after {position} of {length} bytes."
            );
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            answer.Dispose();
        }
        base.Dispose(disposing);
    }
}
