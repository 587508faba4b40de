namespace Jobs.Tenancy;

/// <summary>
/// Codes that sign in once without typing a key, such as the one in the link that is printed at the start. Kept in
/// memory and as hashes only: a restart voids them.
/// </summary>
/// <remarks>Thread-safe.</remarks>
public sealed class SignInLinks(TimeProvider time)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    private const int Capacity = 1_000;
    private readonly Lock _lock = new();

    // In the order in which they were made, which is the order in which they end.
    private readonly OrderedDictionary<SecretHash, (Guid KeyId, DateTimeOffset Until)> _codes = [];

    /// <summary>A code that signs in once, within 24 hours, as the owner of the key: 43 characters of base64url.</summary>
    public string Create(Guid keyId)
    {
        var code = SecretHash.NewSecret();
        lock (_lock)
        {
            while (
                _codes.Count >= Capacity
                || (_codes.Count > 0 && _codes.GetAt(0).Value.Until <= time.GetUtcNow())
            )
            {
                _codes.RemoveAt(0);
            }
            _codes.Add(SecretHash.Of(code), (keyId, time.GetUtcNow() + Lifetime));
        }
        return code;
    }

    /// <summary>Uses a code up; the id of its key, or null where it is unknown, used or too old.</summary>
    public Guid? Redeem(string code)
    {
        lock (_lock)
        {
            return
                _codes.Remove(SecretHash.Of(code), out var found) && time.GetUtcNow() < found.Until
                ? found.KeyId
                : null;
        }
    }
}
