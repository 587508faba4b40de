using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Jobs.Kinds.Queries.Reports;

/// <summary>A result as JSON: numbers, booleans and JSON as such, everything else as text.</summary>
public static class ReportJson
{
    private static readonly JsonWriterOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static byte[] Write(ReportResult result)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, Options))
        {
            json.WriteStartObject();
            json.WriteString("report", result.Report.Name);
            json.WriteStartArray("columns");
            foreach (var column in result.Columns)
            {
                json.WriteStartObject();
                json.WriteString("name", column.Name);
                json.WriteString("type", NameOf(column.Type));
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteStartArray("rows");
            foreach (var row in result.Rows)
            {
                json.WriteStartArray();
                for (var i = 0; i < row.Length; i++)
                {
                    Write(json, row[i], result.Columns[i].Type);
                }
                json.WriteEndArray();
            }
            json.WriteEndArray();
            json.WriteNumber("rowCount", result.Rows.Count);
            json.WriteBoolean("truncated", result.Truncated);
            json.WriteNumber("elapsedMs", result.ElapsedMs);
            json.WriteEndObject();
        }
        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>The name of a type, in files and in results.</summary>
    public static string NameOf(ReportType type) =>
        type == ReportType.WholeNumber ? "integer" : type.ToString().ToLowerInvariant();

    private static void Write(Utf8JsonWriter json, string? value, ReportType type)
    {
        switch (type)
        {
            case var _ when value is null:
                json.WriteNullValue();
                break;
            case ReportType.Boolean:
                json.WriteBooleanValue(value == "t");
                break;
            case ReportType.Json:
                json.WriteRawValue(value);
                break;
            // NaN and Infinity are no numbers of JSON.
            case ReportType.WholeNumber or ReportType.Number when char.IsAsciiDigit(value[^1]):
                json.WriteRawValue(value);
                break;
            default:
                json.WriteStringValue(value);
                break;
        }
    }
}
