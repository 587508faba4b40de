using System.Globalization;

namespace Jobs.Bench.Report;

/// <summary>Numbers by their place, and options that have a value.</summary>
internal static class Arguments
{
    public static int Number(string[] arguments, int place, int otherwise)
    {
        var numbers = arguments.TakeWhile(a => !a.StartsWith("--", StringComparison.Ordinal));
        return numbers.ElementAtOrDefault(place) is { } text
            ? int.Parse(text, NumberStyles.AllowThousands, CultureInfo.InvariantCulture)
            : otherwise;
    }

    public static string? Option(string[] arguments, string name)
    {
        var at = Array.IndexOf(arguments, name);
        return at >= 0 && at + 1 < arguments.Length ? arguments[at + 1] : null;
    }
}
