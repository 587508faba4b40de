namespace Jobs;

/// <summary>Text as a cell of CSV.</summary>
public static class CsvCell
{
    private const string Unseen = " \t\r\n\u00a0\u200b\u200e\u200f\u2060\u3000\ufeff";

    /// <summary>RFC 4180; a cell that a spreadsheet would take for a formula starts with an apostrophe instead.</summary>
    public static string Of(string? value)
    {
        if (string.IsNullOrEmpty(value))
        {
            return "";
        }
        var safe = IsFormula(value) ? "'" + value : value;
        return safe.AsSpan().IndexOfAny(",\"\r\n") < 0
            ? safe
            : $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    // Some programs skip blanks and marks that nobody sees, and take wide signs for those that they stand for.
    private static bool IsFormula(string value)
    {
        if (value[0] is '\t' or '\r' or '\n')
        {
            return true;
        }
        var first = value.AsSpan().TrimStart(Unseen);
        return !first.IsEmpty
            && first[0] is '=' or '+' or '-' or '@' or '\uff1d' or '\uff0b' or '\uff0d' or '\uff20';
    }
}
