using System.Globalization;
using System.Text.Json;
using NpgsqlTypes;

namespace Jobs.Kinds.Queries.Reports;

/// <summary>A value that a caller gives to a report: only ever bound, never written into its SQL.</summary>
/// <param name="Required">Whether there must be a value; one that is left out is its default, or null.</param>
/// <param name="Min">Least value; for text the least length.</param>
/// <param name="Max">Greatest value; for text the greatest length.</param>
/// <param name="Values">The only values; empty for any.</param>
public sealed record ReportParameter(
    string Name,
    ReportType Type,
    bool Required,
    string? Default,
    string? Min,
    string? Max,
    IReadOnlyList<string> Values,
    string? Description
)
{
    /// <summary>Longest text where the report does not say otherwise.</summary>
    public const int MaxText = 1000;

    public NpgsqlDbType DbType =>
        Type switch
        {
            ReportType.WholeNumber => NpgsqlDbType.Bigint,
            ReportType.Number => NpgsqlDbType.Numeric,
            ReportType.Boolean => NpgsqlDbType.Boolean,
            ReportType.Date => NpgsqlDbType.Date,
            ReportType.Timestamp => NpgsqlDbType.TimestampTz,
            ReportType.Uuid => NpgsqlDbType.Uuid,
            _ => NpgsqlDbType.Text,
        };

    /// <summary>The value to bind for what a caller sent; or which rule that breaks.</summary>
    public string? TryRead(JsonElement? sent, out object value)
    {
        value = DBNull.Value;
        var text = sent switch
        {
            null or { ValueKind: JsonValueKind.Null or JsonValueKind.Undefined } => Default,
            { ValueKind: JsonValueKind.String } s => s.GetString(),
            { ValueKind: JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False } s =>
                s.GetRawText(),
            _ => "\0",
        };
        if (text is null)
        {
            return Required ? "is required" : null;
        }
        if (Parse(text) is not { } parsed)
        {
            return $"must be {Noun}";
        }
        if (Values.Count > 0 && !Values.Contains(text, StringComparer.Ordinal))
        {
            return $"must be one of {string.Join(", ", Values)}";
        }
        value = parsed;
        return Bounds(parsed);
    }

    private string Noun =>
        Type switch
        {
            ReportType.WholeNumber => "a whole number",
            ReportType.Number => "a number",
            ReportType.Boolean => "true or false",
            ReportType.Date => "a date such as 2030-01-31",
            ReportType.Timestamp => "a time with its zone such as 2030-01-31T12:00:00Z",
            ReportType.Uuid => "a UUID",
            _ => "text without the character U+0000",
        };

    private object? Parse(string text)
    {
        var culture = CultureInfo.InvariantCulture;
        return Type switch
        {
            ReportType.WholeNumber => long.TryParse(
                text,
                NumberStyles.AllowLeadingSign,
                culture,
                out var i
            )
                ? i
                : null,
            ReportType.Number => decimal.TryParse(text, NumberStyles.Float, culture, out var d)
                ? d
                : null,
            ReportType.Boolean => bool.TryParse(text, out var b) ? b : null,
            ReportType.Date => DateOnly.TryParseExact(text, "yyyy-MM-dd", out var day) ? day : null,
            ReportType.Timestamp => DateTimeOffset.TryParse(
                text,
                culture,
                DateTimeStyles.AssumeUniversal,
                out var at
            )
                ? at.ToUniversalTime()
                : null,
            ReportType.Uuid => Guid.TryParse(text, out var id) ? id : null,
            _ => text.Contains('\0', StringComparison.Ordinal) ? null : text,
        };
    }

    private string? Bounds(object value)
    {
        if (value is string text)
        {
            var longest = Max is null ? MaxText : int.Parse(Max, CultureInfo.InvariantCulture);
            var shortest = Min is null ? 0 : int.Parse(Min, CultureInfo.InvariantCulture);
            return text.Length < shortest ? $"must have at least {shortest} characters"
                : text.Length > longest ? $"must have at most {longest} characters"
                : null;
        }
        return Min is not null && Parse(Min) is IComparable least && least.CompareTo(value) > 0
                ? $"must be at least {Min}"
            : Max is not null && Parse(Max) is IComparable most && most.CompareTo(value) < 0
                ? $"must be at most {Max}"
            : null;
    }

    /// <summary>What is wrong with the parameter itself; null when nothing is.</summary>
    public string? Fault()
    {
        var isText = Type == ReportType.Text;
        bool IsBound(string? bound) =>
            bound is null
            || (
                isText
                    ? int.TryParse(bound, NumberStyles.None, CultureInfo.InvariantCulture, out _)
                    : Parse(bound) is not null
            );
        return !IsBound(Min) || !IsBound(Max) ? "has a limit that is no value of its type"
            : Default is not null && TryRead(null, out _) is { } broken
                ? $"has a default that {broken}"
            : null;
    }
}

/// <summary>What values of a report are.</summary>
public enum ReportType
{
    Text,
    WholeNumber,
    Number,
    Boolean,
    Date,
    Timestamp,
    Uuid,
    Json,
}
