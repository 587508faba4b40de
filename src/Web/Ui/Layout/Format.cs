using System.Globalization;

namespace Jobs.Web.Ui.Layout;

/// <summary>Numbers, sizes and times as pages show them; <c>js/format.js</c> says the same in the browser.</summary>
internal static class Format
{
    private static readonly string[] Sizes = ["B", "KB", "MB", "GB", "TB"];

    /// <summary>With thousands separators.</summary>
    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>Rounded down: only what is done is 100 %.</summary>
    public static string Percent(double share) =>
        Math.Floor(share * 100).ToString("0", CultureInfo.InvariantCulture) + " %";

    public static string Rate(double? itemsPerSecond) =>
        itemsPerSecond switch
        {
            null => "–",
            < 10 => itemsPerSecond.Value.ToString("0.0", CultureInfo.InvariantCulture),
            _ => Number((long)Math.Round(itemsPerSecond.Value)),
        };

    public static string Bytes(long bytes)
    {
        double size = bytes;
        var unit = 0;
        while (size >= 1024 && unit < Sizes.Length - 1)
        {
            size /= 1024;
            unit++;
        }
        return size.ToString(unit == 0 || size >= 100 ? "0" : "0.#", CultureInfo.InvariantCulture)
            + " "
            + Sizes[unit];
    }

    public static string Duration(double? milliseconds) =>
        milliseconds switch
        {
            null => "–",
            < 1 => "under 1 ms",
            < 1000 => $"{Math.Round(milliseconds.Value):0} ms",
            < 60_000 => string.Create(
                CultureInfo.InvariantCulture,
                $"{Math.Floor(milliseconds.Value / 100) / 10:0.0} s"
            ),
            < 3_600_000 => $"{(long)milliseconds / 60_000} min {(long)milliseconds / 1000 % 60} s",
            _ =>
                $"{Number((long)milliseconds / 3_600_000)} h {(long)milliseconds / 60_000 % 60} min",
        };

    /// <summary>How long ago, in one unit.</summary>
    public static string Ago(TimeSpan age) =>
        age switch
        {
            { TotalSeconds: < 5 } => "just now",
            { TotalSeconds: < 60 } => $"{(int)age.TotalSeconds} s ago",
            { TotalMinutes: < 60 } => $"{(int)age.TotalMinutes} min ago",
            { TotalHours: < 24 } => $"{(int)age.TotalHours} h ago",
            { TotalDays: < 2 } => "yesterday",
            _ => $"{(int)age.TotalDays} days ago",
        };

    /// <summary>At most <paramref name="length"/> characters and an ellipsis.</summary>
    public static string Cut(string text, int length) =>
        text.Length <= length
            ? text
            : string.Concat(
                text.AsSpan(0, char.IsHighSurrogate(text[length - 1]) ? length - 1 : length),
                "…"
            );
}
