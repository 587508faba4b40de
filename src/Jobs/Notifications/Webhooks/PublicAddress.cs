using System.Net;
using System.Net.Sockets;

namespace Jobs.Notifications.Webhooks;

/// <summary>
/// Whether an address is one of the public internet, after the special-purpose registries of IANA (RFC 6890 and its
/// updates). Addresses that carry an IPv4 address are judged by it.
/// </summary>
internal static class PublicAddress
{
    private static readonly IPNetwork[] Special =
    [
        .. new[]
        {
            "0.0.0.0/8", // this network
            "10.0.0.0/8", // private
            "100.64.0.0/10", // shared by carriers; the metadata of one cloud
            "127.0.0.0/8", // loopback
            "168.63.129.16/32", // the platform of one cloud, at a public address
            "169.254.0.0/16", // link-local; the metadata of most clouds
            "172.16.0.0/12", // private
            "192.0.0.0/24", // protocol assignments
            "192.0.2.0/24", // documentation
            "192.88.99.0/24", // relays of 6to4
            "192.168.0.0/16", // private
            "198.18.0.0/15", // benchmarks
            "198.51.100.0/24", // documentation
            "203.0.113.0/24", // documentation
            "224.0.0.0/4", // multicast
            "240.0.0.0/4", // reserved, broadcast
            "2001::/23", // protocol assignments, Teredo among them
            "2001:db8::/32", // documentation
            "3fff::/20", // documentation
        }.Select(IPNetwork.Parse),
    ];

    // All that is assigned for use on the internet; loopback, link-local, unique local and multicast are outside.
    private static readonly IPNetwork Global = IPNetwork.Parse("2000::/3");
    private static readonly IPNetwork SixToFour = IPNetwork.Parse("2002::/16");
    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");

    public static bool Is(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            return !IsSpecial(address);
        }
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return false;
        }
        if (address.IsIPv4MappedToIPv6)
        {
            return Is(address.MapToIPv4());
        }
        var bytes = address.GetAddressBytes();
        if (SixToFour.Contains(address))
        {
            return Is(new IPAddress(bytes.AsSpan(2, 4)));
        }
        return Nat64.Contains(address)
            ? Is(new IPAddress(bytes.AsSpan(12, 4)))
            : Global.Contains(address) && !IsSpecial(address);
    }

    private static bool IsSpecial(IPAddress address) =>
        Array.Exists(Special, network => network.Contains(address));
}
