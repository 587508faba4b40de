using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Xml;

namespace Jobs.Kinds.Queries.Reports;

/// <summary>
/// A result as a workbook (ECMA-376) of one sheet, or of as many as its rows need. Text is written as text, which no program takes for a formula.
/// </summary>
public static class ReportXlsx
{
    // What a cell of Excel holds.
    private const int MaxText = 32_767;
    private const int ExactDigits = 15;

    // A sheet of Excel, its head among them.
    private const int MaxRows = 1_048_576;
    private const int SendAfter = 64 * 1024;

    private static readonly XmlWriterSettings XmlSettings = new()
    {
        Encoding = new UTF8Encoding(false),
        Async = true,
    };

    // The first part of the file: what is no workbook is a sheet, however many there will be.
    private const string Types = """
        <?xml version="1.0" encoding="UTF-8" standalone="yes"?>
        <Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>
        """;

    private const string Root = """
        <?xml version="1.0" encoding="UTF-8" standalone="yes"?>
        <Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>
        """;

    private static string Workbook(string sheets) =>
        $"""
            <?xml version="1.0" encoding="UTF-8" standalone="yes"?>
            <workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>{sheets}</sheets></workbook>
            """;

    private static string SheetOf(int number) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"""<sheet name="{(number == 1 ? "Report" : $"Report {number}")}" sheetId="{number}" r:id="rId{number}"/>"""
        );

    private static string WorkbookParts(string parts) =>
        $"""
            <?xml version="1.0" encoding="UTF-8" standalone="yes"?>
            <Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{parts}</Relationships>
            """;

    private static string PartOf(int number) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"""<Relationship Id="rId{number}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet{number}.xml"/>"""
        );

    private const string Sheet = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";

    /// <summary>
    /// Writes a workbook while its rows come, in memory that does not grow with them: rows with a value for each column,
    /// as <see cref="ReportResult.Rows"/> has them. Where it fails the file has no end, and no program takes it for whole.
    /// </summary>
    public static async Task WriteAsync(
        Stream file,
        IReadOnlyList<ReportColumn> columns,
        IAsyncEnumerable<string?[]> rows,
        CancellationToken cancellationToken
    )
    {
        using var waiting = new OutgoingBuffer();
        // Closed at the end and not by `using`, which would end a file that has failed.
#pragma warning disable CA2000
        var zip = new ZipArchive(waiting, ZipArchiveMode.Create, leaveOpen: true);
#pragma warning restore CA2000
        Add(zip, "[Content_Types].xml", Types);
        Add(zip, "_rels/.rels", Root);
        var sheets = 0;
        await using (var row = rows.GetAsyncEnumerator(cancellationToken))
        {
            for (var more = true; more; )
            {
                var name = string.Create(
                    CultureInfo.InvariantCulture,
                    $"xl/worksheets/sheet{++sheets}.xml"
                );
                await using var sheet = zip.CreateEntry(name, CompressionLevel.Fastest).Open();
                more = await WriteSheetAsync(
                    sheet,
                    columns,
                    row,
                    ct =>
                        waiting.Length < SendAfter
                            ? Task.CompletedTask
                            : waiting.SendAsync(file, ct),
                    cancellationToken
                );
            }
        }
        var numbers = Enumerable.Range(1, sheets).ToList();
        Add(zip, "xl/workbook.xml", Workbook(string.Concat(numbers.Select(SheetOf))));
        Add(
            zip,
            "xl/_rels/workbook.xml.rels",
            WorkbookParts(string.Concat(numbers.Select(PartOf)))
        );
        await zip.DisposeAsync();
        await waiting.SendAsync(file, cancellationToken);
    }

    private static void Add(ZipArchive zip, string name, string text)
    {
        using var entry = zip.CreateEntry(name).Open();
        entry.Write(Encoding.UTF8.GetBytes(text));
    }

    // Whether there may be more rows than the sheet holds; those are left to the next one.
    private static async Task<bool> WriteSheetAsync(
        Stream sheet,
        IReadOnlyList<ReportColumn> columns,
        IAsyncEnumerator<string?[]> rows,
        Func<CancellationToken, Task> sendAsync,
        CancellationToken cancellationToken
    )
    {
        await using var xml = XmlWriter.Create(sheet, XmlSettings);
        xml.WriteStartElement("worksheet", Sheet);
        xml.WriteStartElement("sheetData", Sheet);
        xml.WriteStartElement("row", Sheet);
        foreach (var column in columns)
        {
            WriteText(xml, column.Name);
        }
        xml.WriteEndElement();
        var count = 1;
        var more = false;
        while (count < MaxRows && (more = await rows.MoveNextAsync()))
        {
            WriteRow(xml, columns, rows.Current);
            count++;
            await sendAsync(cancellationToken);
        }
        xml.WriteEndElement();
        xml.WriteEndElement();
        return more;
    }

    private static void WriteRow(XmlWriter xml, IReadOnlyList<ReportColumn> columns, string?[] row)
    {
        xml.WriteStartElement("row", Sheet);
        for (var i = 0; i < row.Length; i++)
        {
            WriteCell(xml, row[i], columns[i].Type);
        }
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
