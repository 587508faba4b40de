using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Jobs.Recurring;

/// <summary>Time zones by their IANA names.</summary>
public static partial class TimeZones
{
    public static bool TryFind(string name, [NotNullWhen(true)] out TimeZoneInfo? zone)
    {
        zone = null;
        // A name becomes part of a path: nothing but a name may come through.
        return Name().IsMatch(name) && TimeZoneInfo.TryFindSystemTimeZoneById(name, out zone);
    }

    [GeneratedRegex(
        "^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}$",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Name();
}
