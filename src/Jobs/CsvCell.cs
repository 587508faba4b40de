namespace Jobs;

/// <summary>Text as a cell of CSV.</summary>
public static class CsvCell
{
    /// <summary>RFC 4180; a cell that a spreadsheet would take for a formula starts with an apostrophe instead.</summary>
    public static string Of(string? value)
    {
        if (string.IsNullOrEmpty(value))
        {
            return "";
        }
        var safe = value[0] is '=' or '+' or '-' or '@' or '\t' or '\r' ? "'" + value : value;
        return safe.AsSpan().IndexOfAny(",\"\r\n") < 0
            ? safe
            : $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
