using System.Globalization;
using Jobs.Auditing;
using Microsoft.AspNetCore.Http.Extensions;

namespace Jobs.Web.Ui.Auditing;

/// <summary>Which entries are asked for; what is empty is anything.</summary>
/// <param name="From">A day.</param>
/// <param name="To">The last day.</param>
public sealed record AuditForm(
    string? Actor,
    string? Action,
    string? Tenant,
    string? From,
    string? To
)
{
    /// <summary>What is wrong with it; null where nothing is.</summary>
    internal string? Read(out AuditFilter filter)
    {
        filter = new();
        if (!TryReadDay(From, out var from) || !TryReadDay(To, out var to))
        {
            return "A day is written as 2030-12-31.";
        }
        if (from > to)
        {
            return "The first day must not be after the last.";
        }
        if (new[] { Actor, Action, Tenant }.Any(t => t?.Contains('\0') == true))
        {
            return "A name must not hold NUL.";
        }
        filter = new(Text(Actor), Text(Action), Text(Tenant), from, to?.AddDays(1));
        return null;
    }

    /// <summary>The same entries elsewhere.</summary>
    /// <param name="path">An address without a query.</param>
    /// <param name="name">What is added to it.</param>
    internal string At(string path, string? name = null, string? value = null)
    {
        var query = new QueryBuilder();
        void Add(string key, string? text)
        {
            if (Text(text) is { } known)
            {
                query.Add(key, known);
            }
        }

        Add("actor", Actor);
        Add("action", Action);
        Add("tenant", Tenant);
        Add("from", From);
        Add("to", To);
        if (name is not null && value is not null)
        {
            query.Add(name, value);
        }
        return path + query.ToQueryString();
    }

    /// <summary>The export of the same entries.</summary>
    internal string Export(string format)
    {
        _ = Read(out var filter);
        return (
            this with
            {
                From = filter.From?.ToString("O", CultureInfo.InvariantCulture),
                To = filter.To?.ToString("O", CultureInfo.InvariantCulture),
            }
        ).At("/api/v1/system/audit", "format", format);
    }

    private static string? Text(string? text) =>
        string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private static bool TryReadDay(string? text, out DateTimeOffset? day)
    {
        day = null;
        if (Text(text) is not { } known)
        {
            return true;
        }
        var read = DateOnly.TryParseExact(
            known,
            "yyyy-MM-dd",
            CultureInfo.InvariantCulture,
            DateTimeStyles.None,
            out var date
        );
        // The day after the last must be one.
        if (!read || date == DateOnly.MaxValue)
        {
            return false;
        }
        day = new(date, TimeOnly.MinValue, TimeSpan.Zero);
        return true;
    }
}
