using System.Security.Cryptography;
using System.Text;

namespace Jobs.Web.Http.Idempotency;

/// <summary>
/// The body of an answer that holds a secret, kept so that only who asked can read it again: AES-256-GCM under a key
/// that is derived (HKDF-SHA256) from the credential and the idempotency key, neither of which is stored.
/// </summary>
internal sealed class SealedBody(string credential, string idempotencyKey)
{
    private const int Tag = 16;
    private const int Nonce = 12;

    public byte[] Seal(ReadOnlySpan<byte> body)
    {
        var sealedBody = new byte[Nonce + Tag + body.Length];
        var nonce = sealedBody.AsSpan(0, Nonce);
        RandomNumberGenerator.Fill(nonce);
        using var cipher = new AesGcm(Key(), Tag);
        cipher.Encrypt(nonce, body, sealedBody.AsSpan(Nonce + Tag), sealedBody.AsSpan(Nonce, Tag));
        return sealedBody;
    }

    /// <summary>Null where another credential sealed it.</summary>
    public byte[]? Open(ReadOnlySpan<byte> sealedBody)
    {
        var body = new byte[sealedBody.Length - Nonce - Tag];
        using var cipher = new AesGcm(Key(), Tag);
        try
        {
            cipher.Decrypt(
                sealedBody[..Nonce],
                sealedBody[(Nonce + Tag)..],
                sealedBody.Slice(Nonce, Tag),
                body
            );
            return body;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    private byte[] Key() =>
        HKDF.DeriveKey(
            HashAlgorithmName.SHA256,
            Encoding.UTF8.GetBytes($"{credential}\n{idempotencyKey}"),
            32,
            info: "jobs idempotent answer"u8.ToArray()
        );
}
