using System.Text.Json;
using Npgsql;
using NpgsqlTypes;

namespace Jobs.Kinds.Queries.Reports;

/// <summary>Makes what is bound of what a caller sent.</summary>
internal static class ReportValues
{
    /// <summary>The values in the order in which they are bound.</summary>
    /// <exception cref="ItemException">A value breaks a rule of its parameter, or is for none.</exception>
    public static NpgsqlParameter[] Read(int tenantId, Report report, JsonElement? sent)
    {
        if (Check(report, sent) is [var error, ..])
        {
            throw ReportErrors.Invalid(error);
        }
        return
        [
            .. report.Bound.Select(name =>
            {
                if (name == Report.Tenant)
                {
                    return new NpgsqlParameter
                    {
                        Value = tenantId,
                        NpgsqlDbType = NpgsqlDbType.Integer,
                    };
                }
                var parameter = report.Parameters.First(p => p.Name == name);
                parameter.TryRead(Sent(sent, name), out var value);
                return new NpgsqlParameter { Value = value, NpgsqlDbType = parameter.DbType };
            }),
        ];
    }

    /// <summary>The rules that what was sent breaks.</summary>
    public static IReadOnlyList<FieldError> Check(Report report, JsonElement? sent)
    {
        if (sent is { ValueKind: not (JsonValueKind.Object or JsonValueKind.Null) })
        {
            return [new FieldError("parameters", "must be an object")];
        }
        var errors = new List<FieldError>();
        foreach (var parameter in report.Parameters)
        {
            if (parameter.TryRead(Sent(sent, parameter.Name), out _) is { } broken)
            {
                errors.Add(new FieldError($"parameters.{parameter.Name}", broken));
            }
        }
        if (sent is { ValueKind: JsonValueKind.Object } given)
        {
            var unknown = given
                .EnumerateObject()
                .Where(p => report.Parameters.All(q => q.Name != p.Name))
                .Select(p => new FieldError($"parameters.{p.Name}", "is not a parameter"));
            errors.AddRange(unknown);
        }
        return errors;
    }

    private static JsonElement? Sent(JsonElement? sent, string name) =>
        sent is { ValueKind: JsonValueKind.Object } given
        && given.TryGetProperty(name, out var value)
            ? value
            : null;
}
