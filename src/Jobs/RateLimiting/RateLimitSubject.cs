using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Jobs.RateLimiting;

/// <summary>Whom a counter counts. Holds ids and addresses, never a key's text.</summary>
/// <param name="TenantId">0 for an address.</param>
public readonly record struct RateLimitSubject(SubjectKind Kind, UInt128 Id, int TenantId)
{
    private const string KeyPrefix = "key:";
    private const string UserPrefix = "user:";
    private const string AddressPrefix = "address:";

    // Above what an IPv4 address takes, so that no /64 is taken for one.
    private static readonly UInt128 V6 = UInt128.One << 127;

    public static RateLimitSubject Key(Guid id, int tenantId) =>
        new(SubjectKind.Key, NumberOf(id), tenantId);

    public static RateLimitSubject User(Guid keyId, int tenantId) =>
        new(SubjectKind.User, NumberOf(keyId), tenantId);

    /// <summary>One who has an IPv6 address has a network of 2^64 of them.</summary>
    /// <param name="address">Null where there is none, as on a Unix socket.</param>
    public static RateLimitSubject Address(IPAddress? address)
    {
        if (address is null)
        {
            return new(SubjectKind.Address, 0, 0);
        }
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        Span<byte> bytes = stackalloc byte[16];
        plain.TryWriteBytes(bytes, out _);
        return new(
            SubjectKind.Address,
            plain.AddressFamily == AddressFamily.InterNetworkV6
                ? V6 | BinaryPrimitives.ReadUInt64BigEndian(bytes)
                : BinaryPrimitives.ReadUInt32BigEndian(bytes),
            0
        );
    }

    /// <summary>The key's id where it is about one.</summary>
    public Guid? KeyId => Kind == SubjectKind.Address ? null : GuidOf(Id);

    /// <summary>As <see cref="ToString"/> writes it; also an id or an address alone. The tenant is not in it.</summary>
    public static bool TryParse(string text, out RateLimitSubject subject)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal) + 1;
        var (prefix, rest) = (text[..colon], text[colon..]);
        if (prefix is KeyPrefix or UserPrefix && Guid.TryParse(rest, out var id))
        {
            subject = prefix == KeyPrefix ? Key(id, 0) : User(id, 0);
            return true;
        }
        if (Guid.TryParse(text, out id))
        {
            subject = Key(id, 0);
            return true;
        }
        var address = prefix == AddressPrefix ? rest : text;
        subject = Address(null);
        if (address == "unknown" && prefix == AddressPrefix)
        {
            return true;
        }
        if (!IPAddress.TryParse(address, out var ip))
        {
            return false;
        }
        subject = Address(ip);
        return true;
    }

    public override string ToString() =>
        Kind switch
        {
            SubjectKind.Key => KeyPrefix + GuidOf(Id),
            SubjectKind.User => UserPrefix + GuidOf(Id),
            _ => AddressPrefix + AddressText(),
        };

    private string AddressText()
    {
        if (Id == 0)
        {
            return "unknown";
        }
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        if (Id >= V6)
        {
            BinaryPrimitives.WriteUInt64BigEndian(bytes, (ulong)Id);
            return new IPAddress(bytes).ToString();
        }
        BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)Id);
        return new IPAddress(bytes[..4]).ToString();
    }

    private static UInt128 NumberOf(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes);
        return BinaryPrimitives.ReadUInt128LittleEndian(bytes);
    }

    private static Guid GuidOf(UInt128 number)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128LittleEndian(bytes, number);
        return new Guid(bytes);
    }
}
