using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Jobs.Notifications.Webhooks;

/// <summary>
/// Signs messages after the Standard Webhooks specification, version 1:
/// <c>v1,</c> and the Base64 of HMAC-SHA256 over <c>id.timestamp.body</c>. Thread-safe.
/// </summary>
internal sealed class WebhookSecret
{
    public const string Prefix = "whsec_";

    // The specification asks for 24 to 64.
    private const int Bytes = 32;

    private readonly byte[] key;

    /// <summary>Reads a secret.</summary>
    /// <param name="text">With its prefix.</param>
    /// <exception cref="FormatException">It is not a secret.</exception>
    public WebhookSecret(string text)
    {
        if (!text.StartsWith(Prefix, StringComparison.Ordinal))
        {
            throw new FormatException($"A secret of webhooks starts with {Prefix}.");
        }
        key = Convert.FromBase64String(text[Prefix.Length..]);
    }

    public static string New() =>
        Prefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(Bytes));

    public string Sign(string id, DateTimeOffset at, ReadOnlySpan<byte> body)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        hmac.AppendData(Encoding.UTF8.GetBytes($"{id}.{Timestamp(at)}."));
        hmac.AppendData(body);
        return $"v1,{Convert.ToBase64String(hmac.GetHashAndReset())}";
    }

    /// <summary>Unix seconds, as in the header <c>webhook-timestamp</c>.</summary>
    public static string Timestamp(DateTimeOffset at) =>
        at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
}
