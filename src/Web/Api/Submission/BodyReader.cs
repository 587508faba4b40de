using System.Buffers;

namespace Jobs.Web.Api.Submission;

/// <summary>A request's body as one piece of memory, given back when it is disposed.</summary>
internal sealed class BodyReader : IDisposable
{
    private const int FirstBytes = 4 * 1024;
    private const int MostAtFirst = 256 * 1024;
    private byte[] buffer = [];

    public ReadOnlyMemory<byte> Body { get; private set; }

    /// <summary>Reads to the end.</summary>
    /// <exception cref="BadHttpRequestException">It is longer than a JSON body may be, announced or not.</exception>
    public async Task<ReadOnlyMemory<byte>> ReadAsync(
        HttpRequest request,
        CancellationToken cancellationToken
    )
    {
        if (request.ContentLength > ApiLimits.JsonBytes)
        {
            throw TooLarge();
        }
        // A length is only a claim: what is large is grown into as it comes.
        buffer = ArrayPool<byte>.Shared.Rent(
            (int)Math.Clamp(request.ContentLength ?? 0, FirstBytes, MostAtFirst) + 1
        );
        var length = 0;
        while (true)
        {
            var read = await request.Body.ReadAsync(buffer.AsMemory(length), cancellationToken);
            if (read == 0)
            {
                Body = buffer.AsMemory(0, length);
                return Body;
            }
            length += read;
            if (length > ApiLimits.JsonBytes)
            {
                throw TooLarge();
            }
            if (length == buffer.Length)
            {
                Grow(length);
            }
        }
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = [];
        Body = default;
    }

    private static BadHttpRequestException TooLarge() =>
        new(
            $"A JSON body has at most {ApiLimits.JsonBytes} bytes; send more items as application/x-ndjson to /api/v1/batch/jobs.",
            StatusCodes.Status413PayloadTooLarge
        );

    private void Grow(int length)
    {
        var larger = ArrayPool<byte>.Shared.Rent(length * 2);
        buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }
}
