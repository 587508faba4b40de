using System.Security.Cryptography;
using System.Text;
using Microsoft.Net.Http.Headers;

namespace Jobs.Web.Http.Idempotency;

/// <summary>
/// SHA-256 of what a request asks for: query, media type and body. The boundary of a form is chosen anew each time it
/// is sent, so it is left out wherever it stands. Not thread-safe.
/// </summary>
internal sealed class RequestDigest : IDisposable
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] boundary = [];

    // The end of what came so far: the beginning of a boundary may be in it.
    private byte[] window = [];
    private int held;

    public RequestDigest(HttpRequest request)
    {
        var mediaType = "";
        if (MediaTypeHeaderValue.TryParse(request.ContentType, out var type))
        {
            mediaType = type.MediaType.Value?.ToLowerInvariant() ?? "";
            if (mediaType.StartsWith("multipart/", StringComparison.Ordinal))
            {
                // As it stands in the body: RFC 2046 forbids it within a part.
                boundary = Encoding.UTF8.GetBytes(
                    $"--{HeaderUtilities.RemoveQuotes(type.Boundary)}"
                );
            }
        }
        hash.AppendData(Encoding.UTF8.GetBytes($"{mediaType}\n{request.QueryString.Value}\n"));
    }

    public void Append(ReadOnlySpan<byte> data)
    {
        if (boundary.Length == 0)
        {
            hash.AppendData(data);
            return;
        }
        if (window.Length < held + data.Length)
        {
            Array.Resize(ref window, held + data.Length);
        }
        data.CopyTo(window.AsSpan(held));
        var rest = window.AsSpan(0, held + data.Length);
        while (rest.IndexOf(boundary) is >= 0 and var at)
        {
            hash.AppendData(rest[..at]);
            hash.AppendData([0]);
            rest = rest[(at + boundary.Length)..];
        }
        held = Math.Min(rest.Length, boundary.Length - 1);
        hash.AppendData(rest[..^held]);
        rest[^held..].CopyTo(window);
    }

    /// <summary>Of all that was appended; nothing more may be.</summary>
    public byte[] Complete()
    {
        hash.AppendData(window.AsSpan(0, held));
        return hash.GetHashAndReset();
    }

    public void Dispose() => hash.Dispose();
}
