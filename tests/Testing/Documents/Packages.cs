using System.IO.Compression;
using System.Text;

namespace Jobs.Testing.Documents;

/// <summary>Writes ZIP archives and the office documents that are such.</summary>
public static class Packages
{
    private const string Relationship =
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

    public static byte[] Zip(params (string Name, byte[] Bytes)[] entries) =>
        Zip([.. entries.Select(e => (e.Name, (Action<Stream>)(s => s.Write(e.Bytes))))]);

    public static byte[] Zip(params (string Name, Action<Stream> Write)[] entries)
    {
        var bytes = new MemoryStream();
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, write) in entries)
            {
                using var entry = archive.CreateEntry(name, CompressionLevel.Optimal).Open();
                write(entry);
            }
        }
        return bytes.ToArray();
    }

    /// <summary>As many bytes as are asked for, all the same.</summary>
    public static Action<Stream> Repeated(byte value, long length) =>
        stream =>
        {
            var buffer = new byte[1024 * 1024];
            Array.Fill(buffer, value);
            for (var left = length; left > 0; left -= buffer.Length)
            {
                stream.Write(buffer, 0, (int)Math.Min(left, buffer.Length));
            }
        };

    public static (string, byte[]) Text(string name, string text) =>
        (name, Encoding.UTF8.GetBytes(text));

    /// <summary>A Word document.</summary>
    /// <param name="document">The part with its text, whole.</param>
    /// <param name="more">Further parts.</param>
    public static byte[] Docx(Action<Stream> document, params (string Name, string Text)[] more) =>
        Zip([
            .. Frame("word/document.xml"),
            .. more.Select(m =>
                (m.Name, (Action<Stream>)(s => s.Write(Encoding.UTF8.GetBytes(m.Text))))
            ),
            ("word/document.xml", document),
        ]);

    public static byte[] Docx(string body, params (string Name, string Text)[] more) =>
        Docx(
            s =>
                s.Write(
                    Encoding.UTF8.GetBytes(
                        $"""<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><w:body>{body}</w:body></w:document>"""
                    )
                ),
            more
        );

    /// <summary>A workbook of one sheet.</summary>
    /// <param name="rows">The rows of the sheet, as its part has them.</param>
    /// <param name="more">Further parts.</param>
    public static byte[] Xlsx(Action<Stream> rows, params (string Name, string Text)[] more) =>
        Zip([
            .. Frame("xl/workbook.xml"),
            .. more.Select(m => (m.Name, Write(m.Text))),
            (
                "xl/workbook.xml",
                Write(
                    $"""<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="{Relationship}"><sheets><sheet name="Figures" sheetId="1" r:id="rId1"/></sheets></workbook>"""
                )
            ),
            (
                "xl/_rels/workbook.xml.rels",
                Write(
                    $"""<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="{Relationship}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="{Relationship}/styles" Target="styles.xml"/></Relationships>"""
                )
            ),
            (
                "xl/worksheets/sheet1.xml",
                s =>
                {
                    Write(
                        """<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>"""
                    )(s);
                    rows(s);
                    Write("</sheetData></worksheet>")(s);
                }
            ),
        ]);

    public static Action<Stream> Write(string text) =>
        stream => stream.Write(Encoding.UTF8.GetBytes(text));

    private static IEnumerable<(string, Action<Stream>)> Frame(string main) =>
        [
            (
                "[Content_Types].xml",
                Write(
                    """<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/></Types>"""
                )
            ),
            (
                "_rels/.rels",
                Write(
                    $"""<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="{Relationship}/officeDocument" Target="{main}"/></Relationships>"""
                )
            ),
        ];
}
