using System.Text;

namespace Jobs.Kinds.Queries.Reports;

/// <summary>A result as CSV. Text cannot become a formula; numbers are numbers, negative ones too.</summary>
public static class ReportCsv
{
    public static byte[] Write(ReportResult result)
    {
        var csv = new StringBuilder();
        csv.AppendJoin(',', result.Columns.Select(c => CsvCell.Of(c.Name))).Append("\r\n");
        foreach (var row in result.Rows)
        {
            csv.AppendJoin(',', row.Zip(result.Columns, Cell)).Append("\r\n");
        }
        return Encoding.UTF8.GetBytes(csv.ToString());
    }

    private static string Cell(string? value, ReportColumn column) =>
        column.Type switch
        {
            _ when value is null => "",
            ReportType.WholeNumber or ReportType.Number when char.IsAsciiDigit(value[^1]) => value,
            ReportType.Boolean => value == "t" ? "true" : "false",
            _ => CsvCell.Of(value),
        };
}
