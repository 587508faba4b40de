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
    private const int FlushAfter = 64 * 1024;

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
        // Closed at the end and not by `using`, which would end a file that has failed.
#pragma warning disable CA2000
        var zip = await ZipArchive.CreateAsync(
            file,
            ZipArchiveMode.Create,
            leaveOpen: true,
            Encoding.UTF8,
            cancellationToken
        );
#pragma warning restore CA2000
        await AddAsync(zip, "[Content_Types].xml", Types, cancellationToken);
        await AddAsync(zip, "_rels/.rels", Root, cancellationToken);
        var sheets = 0;
        await using (var row = rows.GetAsyncEnumerator(cancellationToken))
        {
            for (var more = true; more; )
            {
                sheets++;
                more = await AddSheetAsync(zip, sheets, columns, row, cancellationToken);
            }
        }
        var numbers = Enumerable.Range(1, sheets).ToList();
        await AddAsync(
            zip,
            "xl/workbook.xml",
            Workbook(string.Concat(numbers.Select(SheetOf))),
            cancellationToken
        );
        await AddAsync(
            zip,
            "xl/_rels/workbook.xml.rels",
            WorkbookParts(string.Concat(numbers.Select(PartOf))),
            cancellationToken
        );
        await zip.DisposeAsync();
    }

    private static async Task AddAsync(
        ZipArchive zip,
        string name,
        string text,
        CancellationToken ct
    )
    {
        await using var entry = await zip.CreateEntry(name).OpenAsync(ct);
        await entry.WriteAsync(Encoding.UTF8.GetBytes(text), ct);
    }

    // Whether there are more rows than the sheet holds; those are left to the next one.
    private static async Task<bool> AddSheetAsync(
        ZipArchive zip,
        int number,
        IReadOnlyList<ReportColumn> columns,
        IAsyncEnumerator<string?[]> rows,
        CancellationToken ct
    )
    {
        var entry = await zip.CreateEntry(
                string.Create(CultureInfo.InvariantCulture, $"xl/worksheets/sheet{number}.xml"),
                CompressionLevel.Fastest
            )
            .OpenAsync(ct);
        using var buffer = new MemoryStream();
        await using var xml = XmlWriter.Create(buffer, XmlSettings);
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
            if (buffer.Length > FlushAfter)
            {
                await FlushAsync(xml, buffer, entry, ct);
            }
        }
        xml.WriteEndElement();
        xml.WriteEndElement();
        await FlushAsync(xml, buffer, entry, ct);
        await entry.DisposeAsync();
        return more;
    }

    private static async Task FlushAsync(
        XmlWriter xml,
        MemoryStream buffer,
        Stream to,
        CancellationToken ct
    )
    {
        xml.Flush();
        await to.WriteAsync(buffer.GetBuffer().AsMemory(0, (int)buffer.Length), ct);
        buffer.SetLength(0);
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
