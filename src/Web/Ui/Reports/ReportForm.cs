using System.Text.Json;
using Jobs.Kinds.Queries.Reports;

namespace Jobs.Web.Ui.Reports;

/// <summary>What the form of a report says of its parameters, as it was typed. The fields are named <c>p.NAME</c>.</summary>
public sealed record ReportForm(Report Report, IReadOnlyDictionary<string, string> Values)
{
    private const string Prefix = "p.";

    /// <summary>Whether it was sent, and not only opened.</summary>
    public bool IsSent { get; private init; }

    /// <summary>The parameter that breaks a rule, and which; null where none does.</summary>
    public (string Name, string Rule)? Fault { get; init; }

    public static ReportForm Of(Report report, IQueryCollection query) =>
        new(
            report,
            report
                .Parameters.Select(p => (p.Name, Text: query[Prefix + p.Name].ToString()))
                .Where(p => p.Text.Length > 0)
                .ToDictionary(p => p.Name, p => p.Text, StringComparer.Ordinal)
        )
        {
            IsSent = query.ContainsKey("run"),
        };

    public static string FieldOf(ReportParameter parameter) => Prefix + parameter.Name;

    /// <summary>What a field shows: what was typed, or the default before anything was.</summary>
    public string? ValueOf(ReportParameter parameter) =>
        Values.GetValueOrDefault(parameter.Name) ?? (IsSent ? null : parameter.Default);

    public string? ErrorOf(ReportParameter parameter) =>
        Fault is { } fault && fault.Name == parameter.Name ? fault.Rule : null;

    /// <summary>The parameters as a caller of the API sends them.</summary>
    public JsonElement Parameters => JsonSerializer.SerializeToElement(Values);

    /// <summary>The address of the same result as a file.</summary>
    public string Export(string format) =>
        $"/api/v1/reports/{Report.Name}/result?"
        + string.Join(
            '&',
            Values
                .Append(KeyValuePair.Create("format", format))
                .Select(v => $"{Uri.EscapeDataString(v.Key)}={Uri.EscapeDataString(v.Value)}")
        );
}
