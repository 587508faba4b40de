using System.Globalization;
using ExcelDataReader;
using ExcelNumberFormat;

namespace Jobs.Parser.Extraction.Office;

/// <summary>
/// What a cell of a workbook says: as Excel shows it, and, where that leaves something out or says it in the manner of a
/// country, in brackets as it is stored. Not thread-safe.
/// </summary>
internal sealed class CellText(IExcelDataReader reader)
{
    // A longer one is no format that anybody made in Excel.
    private const int MaxFormat = 255;
    private readonly Dictionary<string, NumberFormat?> formats = new(StringComparer.Ordinal);

    public string Of(int column) =>
        reader.GetValue(column) switch
        {
            null => "",
            string s => Unescaped(s).ReplaceLineEndings(" "),
            bool b => b ? "TRUE" : "FALSE",
            { } value => Both(Shown(value, column), Stored(value, column)),
        };

    // ECMA-376 Part 1, 22.9.2.19 (ST_Xstring): the library knows the escapes in capitals only.
    private static string Unescaped(string text) =>
        text.Contains("_x000", StringComparison.Ordinal)
            ? text.Replace("_x000d_", "", StringComparison.OrdinalIgnoreCase)
                .Replace("_x000a_", "\n", StringComparison.OrdinalIgnoreCase)
                .Replace("_x0009_", " ", StringComparison.OrdinalIgnoreCase)
            : text;

    private static string Both(string shown, string stored) =>
        stored.Contains(shown, StringComparison.Ordinal) ? stored
        : shown.Contains(stored, StringComparison.Ordinal) ? shown
        : $"{shown} ({stored})";

    private string Stored(object value, int column) =>
        value switch
        {
            DateTime { TimeOfDay.Ticks: 0 } day => Text($"{day:yyyy-MM-dd}"),
            // A time of day, which Excel counts from the day before its first.
            DateTime { Year: 1899 } clock => Text($"{clock:HH:mm:ss}"),
            DateTime time => Text($"{time:yyyy-MM-dd HH:mm:ss}"),
            double d => reader.GetNumberFormatString(column) is { } format && format.Contains('%')
                ? Percent(d, format)
                : Number(d),
            _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
        };

    private string Shown(object value, int column)
    {
        if (
            reader.GetNumberFormatString(column) is not { Length: > 0 and <= MaxFormat } format
            || format == "General"
            || Format(format) is not { } known
        )
        {
            return "";
        }
        try
        {
            return known.Format(value, CultureInfo.InvariantCulture).Trim();
        }
        catch (Exception e)
            when (e
                    is FormatException
                        or ArgumentException
                        or OverflowException
                        or InvalidCastException
            )
        {
            // A date that is none, or a format that the library does not know: the value is there.
            return "";
        }
    }

    private NumberFormat? Format(string format)
    {
        if (!formats.TryGetValue(format, out var known))
        {
            known = new NumberFormat(format);
            formats[format] = known = known.IsValid ? known : null;
        }
        return known;
    }

    // With as many decimals as its format has.
    private static string Percent(double value, string format)
    {
        var sign = format.IndexOf('%', StringComparison.Ordinal);
        var point = format.LastIndexOf('.', sign);
        var decimals = point < 0 ? 0 : Math.Min(sign - point - 1, 10);
        return (value * 100).ToString($"F{decimals}", CultureInfo.InvariantCulture) + "%";
    }

    // Fifteen digits, so that 0.1 + 0.2 is 0.3, and no exponent below that.
    private static string Number(double value) =>
        Math.Abs(value) is < 1e15 and > 1e-4 or 0
            ? Math.Round((decimal)value, 12)
                .ToString("0.############", CultureInfo.InvariantCulture)
            : value.ToString("G15", CultureInfo.InvariantCulture);

    private static string Text(FormattableString text) =>
        text.ToString(CultureInfo.InvariantCulture);
}
