using System.IO.Compression;
using System.Text;
using System.Xml;

namespace Jobs.Kinds.Queries.Reports;

/// <summary>
/// A result as a workbook of one sheet (ECMA-376). Text is written as text, which no program takes for a formula.
/// </summary>
public static class ReportXlsx
{
    // What a cell of Excel holds.
    private const int MaxText = 32_767;
    private const int ExactDigits = 15;

    private const string Types = """
        <?xml version="1.0" encoding="UTF-8" standalone="yes"?>
        <Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>
        """;

    private const string Root = """
        <?xml version="1.0" encoding="UTF-8" standalone="yes"?>
        <Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>
        """;

    private const string Workbook = """
        <?xml version="1.0" encoding="UTF-8" standalone="yes"?>
        <workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Report" sheetId="1" r:id="rId1"/></sheets></workbook>
        """;

    private const string WorkbookParts = """
        <?xml version="1.0" encoding="UTF-8" standalone="yes"?>
        <Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>
        """;

    private const string Sheet = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";

    public static byte[] Write(ReportResult result) => Write(result.Columns, result.Rows);

    /// <summary>Rows with a value for each column, as <see cref="ReportResult.Rows"/> has them.</summary>
    public static byte[] Write(IReadOnlyList<ReportColumn> columns, IReadOnlyList<string?[]> rows)
    {
        using var file = new MemoryStream();
        using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add(zip, "[Content_Types].xml", Types);
            Add(zip, "_rels/.rels", Root);
            Add(zip, "xl/workbook.xml", Workbook);
            Add(zip, "xl/_rels/workbook.xml.rels", WorkbookParts);
            using var sheet = zip.CreateEntry("xl/worksheets/sheet1.xml").Open();
            WriteSheet(sheet, columns, rows);
        }
        return file.ToArray();
    }

    private static void Add(ZipArchive zip, string name, string text)
    {
        using var entry = zip.CreateEntry(name).Open();
        entry.Write(Encoding.UTF8.GetBytes(text));
    }

    private static void WriteSheet(
        Stream stream,
        IReadOnlyList<ReportColumn> columns,
        IReadOnlyList<string?[]> rows
    )
    {
        var settings = new XmlWriterSettings { Encoding = new UTF8Encoding(false) };
        using var xml = XmlWriter.Create(stream, settings);
        xml.WriteStartElement("worksheet", Sheet);
        xml.WriteStartElement("sheetData", Sheet);
        xml.WriteStartElement("row", Sheet);
        foreach (var column in columns)
        {
            WriteText(xml, column.Name);
        }
        xml.WriteEndElement();
        foreach (var row in rows)
        {
            xml.WriteStartElement("row", Sheet);
            for (var i = 0; i < row.Length; i++)
            {
                WriteCell(xml, row[i], columns[i].Type);
            }
            xml.WriteEndElement();
        }
        xml.WriteEndElement();
        xml.WriteEndElement();
    }

    private static void WriteCell(XmlWriter xml, string? value, ReportType type)
    {
        if (value is null)
        {
            xml.WriteElementString("c", Sheet, "");
        }
        else if (
            type is ReportType.WholeNumber or ReportType.Number
            && value.Count(char.IsAsciiDigit) <= ExactDigits
            && char.IsAsciiDigit(value[^1])
        )
        {
            xml.WriteStartElement("c", Sheet);
            xml.WriteElementString("v", Sheet, value);
            xml.WriteEndElement();
        }
        else if (type == ReportType.Boolean)
        {
            xml.WriteStartElement("c", Sheet);
            xml.WriteAttributeString("t", "b");
            xml.WriteElementString("v", Sheet, value == "t" ? "1" : "0");
            xml.WriteEndElement();
        }
        else
        {
            WriteText(xml, value);
        }
    }

    private static void WriteText(XmlWriter xml, string text)
    {
        // Control characters, and halves of surrogate pairs, are in no XML.
        var clean = string.Concat(
            text.EnumerateRunes()
                .Where(r =>
                    r.Value is '\t' or '\n' or '\r' or (>= ' ' and not 0xFFFE and not 0xFFFF)
                )
        );
        xml.WriteStartElement("c", Sheet);
        xml.WriteAttributeString("t", "inlineStr");
        xml.WriteStartElement("is", Sheet);
        xml.WriteStartElement("t", Sheet);
        xml.WriteAttributeString("xml", "space", null, "preserve");
        xml.WriteString(clean.Length > MaxText ? clean[..MaxText] : clean);
        xml.WriteEndElement();
        xml.WriteEndElement();
        xml.WriteEndElement();
    }
}
