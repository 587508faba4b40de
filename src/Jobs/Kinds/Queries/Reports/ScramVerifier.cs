using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Jobs.Kinds.Queries.Reports;

/// <summary>
/// What PostgreSQL keeps of a password (RFC 5803, SCRAM-SHA-256): who sees it, in a log of statements for example,
/// cannot sign in with it.
/// </summary>
internal static class ScramVerifier
{
    private const int Iterations = 4096;
    private const int SaltLength = 16;
    private const int KeyLength = 32;

    /// <summary>A verifier of a password of ASCII, with a salt of its own.</summary>
    public static string Of(string password) =>
        Of(password, RandomNumberGenerator.GetBytes(SaltLength));

    internal static string Of(string password, byte[] salt)
    {
        var salted = Rfc2898DeriveBytes.Pbkdf2(
            Encoding.ASCII.GetBytes(password),
            salt,
            Iterations,
            HashAlgorithmName.SHA256,
            KeyLength
        );
        var stored = SHA256.HashData(HMACSHA256.HashData(salted, "Client Key"u8));
        var server = HMACSHA256.HashData(salted, "Server Key"u8);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"SCRAM-SHA-256${Iterations}:{Convert.ToBase64String(salt)}${Convert.ToBase64String(stored)}:{Convert.ToBase64String(server)}"
        );
    }
}
