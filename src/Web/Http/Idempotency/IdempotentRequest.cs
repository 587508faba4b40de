using Jobs.Idempotency;

namespace Jobs.Web.Http.Idempotency;

/// <summary>A request that holds its idempotency key, while it is answered. Not thread-safe.</summary>
internal sealed class IdempotentRequest(KeyHold hold, HttpRequest request, RequestDigest digest)
{
    private byte[]? hash;

    public KeyHold Hold => hold;

    /// <summary>Whether the answer was kept in the transaction of what the request made.</summary>
    public bool Kept { get; set; }

    /// <summary>The digest of the whole request; reads what is left of the body.</summary>
    public async Task<byte[]> DigestAsync(CancellationToken cancellationToken) =>
        await TryDigestAsync(long.MaxValue, cancellationToken)
        ?? throw new InvalidOperationException("No body is that long.");

    /// <summary>The same, but null where more than so many bytes are left.</summary>
    public async Task<byte[]?> TryDigestAsync(long most, CancellationToken cancellationToken)
    {
        if (hash is null)
        {
            var buffer = new byte[16 * 1024];
            int read;
            while ((read = await request.Body.ReadAsync(buffer, cancellationToken)) > 0)
            {
                if ((most -= read) < 0)
                {
                    return null;
                }
            }
            hash = digest.Complete();
        }
        return hash;
    }
}
