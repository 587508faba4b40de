using System.Globalization;
using System.Text.RegularExpressions;

namespace Jobs.Kinds.Queries.Reports;

/// <summary>Reads a report from its file: comments that say what it is, then one query.</summary>
internal static partial class ReportFile
{
    private const int MaxRows = 100_000;
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan MaxTimeout = TimeSpan.FromMinutes(10);
    private const int DefaultRows = 1000;

    /// <summary>The report of a file.</summary>
    /// <exception cref="FormatException">The file breaks a rule, which the message names.</exception>
    public static Report Parse(string name, string text)
    {
        Require(Name().IsMatch(name), "the file's name must be of a-z, 0-9, _ and -");
        var header = Header(text);
        var single = header
            .Where(h => h.Key != "parameter")
            .ToDictionary(h => h.Key, h => h.Value, StringComparer.Ordinal);
        foreach (var key in single.Keys)
        {
            Require(
                key is "title" or "description" or "source" or "timeout" or "limit" or "tenants",
                $"'{key}' is not known"
            );
        }
        Require(single.ContainsKey("title"), "it has no title");
        var parameters = header
            .Where(h => h.Key == "parameter")
            .Select(h => ParseParameter(h.Value))
            .ToList();
        var (sql, bound) = ReportSql.Bind(text);
        var known = parameters.Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
        Require(known.Count == parameters.Count, "two parameters have one name");
        Require(!known.Contains(Report.Tenant), "'tenant' is the caller's and no parameter");
        Require(
            !known.Contains(Report.Format),
            "'format' is how the result of a URL is written and no parameter"
        );
        foreach (var used in bound)
        {
            Require(used == Report.Tenant || known.Contains(used), $"':{used}' is not a parameter");
        }
        return new Report(
            name,
            single["title"],
            single.GetValueOrDefault("description"),
            single.GetValueOrDefault("source", Report.OwnSource),
            Timeout(single.GetValueOrDefault("timeout")),
            Rows(single.GetValueOrDefault("limit")),
            single
                .GetValueOrDefault("tenants", "")
                .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
            parameters,
            sql,
            bound
        );
    }

    // The comments before the query.
    private static List<(string Key, string Value)> Header(string text)
    {
        var header = new List<(string, string)>();
        foreach (var line in text.Split('\n').Select(l => l.Trim()).SkipWhile(l => l.Length == 0))
        {
            if (!line.StartsWith("--", StringComparison.Ordinal))
            {
                break;
            }
            if (HeaderLine().Match(line) is { Success: true } match)
            {
                header.Add((match.Groups["key"].Value, match.Groups["value"].Value));
            }
        }
        var twice = header
            .Where(h => h.Item1 != "parameter")
            .GroupBy(h => h.Item1, StringComparer.Ordinal)
            .FirstOrDefault(g => g.Count() > 1);
        Require(twice is null, $"'{twice?.Key}' is there twice");
        return header;
    }

    // name type [required] [default=…] [min=…] [max=…] [values=a|b] [what it is]
    private static ReportParameter ParseParameter(string line)
    {
        var match = ParameterLine().Match(line);
        Require(match.Success, $"'{line}' is not 'name type …'");
        var name = match.Groups["name"].Value;
        var type = Enum.GetValues<ReportType>()
            .Where(t => t != ReportType.Json && ReportJson.NameOf(t) == match.Groups["type"].Value)
            .ToList();
        Require(type.Count == 1, $"'{match.Groups["type"].Value}' is not a type of parameters");
        var settings = Setting().Matches(match.Groups["rest"].Value);
        string? Get(string key) =>
            settings
                .Where(s => s.Groups["key"].Value == key)
                .Select(s => s.Groups["value"].Value)
                .FirstOrDefault();
        var description = Setting().Replace(match.Groups["rest"].Value, "").Trim();
        var required = description.StartsWith("required", StringComparison.Ordinal);
        var parameter = new ReportParameter(
            name,
            type[0],
            required,
            Get("default"),
            Get("min"),
            Get("max"),
            Get("values")?.Split('|') ?? [],
            (required ? description["required".Length..].Trim() : description) is { Length: > 0 } d
                ? d
                : null
        );
        Require(parameter.Fault() is null, $"the parameter '{name}' {parameter.Fault()}");
        return parameter;
    }

    private static TimeSpan Timeout(string? text)
    {
        if (text is null)
        {
            return DefaultTimeout;
        }
        Require(
            text.EndsWith('s')
                && double.TryParse(
                    text[..^1],
                    NumberStyles.AllowDecimalPoint,
                    CultureInfo.InvariantCulture,
                    out var seconds
                )
                && TimeSpan.FromSeconds(seconds) is var timeout
                && timeout >= TimeSpan.FromMilliseconds(10)
                && timeout <= MaxTimeout,
            "timeout must be seconds such as '10s', at most 600"
        );
        return TimeSpan.FromSeconds(double.Parse(text[..^1], CultureInfo.InvariantCulture));
    }

    private static int Rows(string? text)
    {
        if (text is null)
        {
            return DefaultRows;
        }
        var isNumber = int.TryParse(
            text,
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var rows
        );
        Require(isNumber && rows is >= 1 and <= MaxRows, $"limit must be from 1 to {MaxRows}");
        return rows;
    }

    private static void Require(bool holds, string rule)
    {
        if (!holds)
        {
            throw new FormatException(rule);
        }
    }

    [GeneratedRegex("^[a-z][a-z0-9_-]{0,62}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Name();

    [GeneratedRegex(
        @"^--\s*(?<key>[a-z]+):\s*(?<value>.*)$",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex HeaderLine();

    [GeneratedRegex(
        @"^(?<name>[a-z][a-z0-9_]{0,62})\s+(?<type>[a-z]+)(\s+(?<rest>.*))?$",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex ParameterLine();

    [GeneratedRegex(
        @"(?<key>default|min|max|values)=(?<value>\S+)",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Setting();
}
