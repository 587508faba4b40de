namespace Jobs.Kinds.Queries.Reports;

/// <summary>What columns are, by PostgreSQL's names of their types.</summary>
internal static class ReportTypes
{
    public static ReportType Of(string postgres) =>
        postgres.Split('(')[0] switch
        {
            "smallint" or "integer" or "bigint" or "oid" => ReportType.WholeNumber,
            "numeric" or "real" or "double precision" => ReportType.Number,
            "boolean" => ReportType.Boolean,
            "date" => ReportType.Date,
            "timestamp with time zone" => ReportType.Timestamp,
            "uuid" => ReportType.Uuid,
            "json" or "jsonb" => ReportType.Json,
            _ => ReportType.Text,
        };

    /// <summary>Times as RFC 3339 has them; PostgreSQL writes them as <c>2030-01-31 12:00:00+00</c>.</summary>
    public static string Normalise(string value, ReportType type) =>
        type == ReportType.Timestamp && value.EndsWith("+00", StringComparison.Ordinal)
            ? $"{value[..^3].Replace(' ', 'T')}Z"
            : value;
}
