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

    /// <summary>An archive of one file that is not compressed.</summary>
    public static byte[] Stored(string name, byte[] content)
    {
        var bytes = new MemoryStream();
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = archive.CreateEntry(name, CompressionLevel.NoCompression).Open();
            entry.Write(content);
        }
        return bytes.ToArray();
    }

    /// <summary>An archive as old programs write it: names in a code page that nothing in it says.</summary>
    public static byte[] Named(Encoding encoding, params (string Name, string Text)[] entries)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        using var directory = new MemoryStream();
        using var names = new BinaryWriter(directory);
        foreach (var (name, text) in entries)
        {
            var (label, content) = (encoding.GetBytes(name), Encoding.UTF8.GetBytes(text));
            var at = (int)bytes.Position;
            // From the version to the extra field; neither flags nor compression.
            byte[] header =
            [
                .. new byte[] { 20, 0, 0, 0, 0, 0, 0, 0, 33, 0 },
                .. BitConverter.GetBytes(Checksum(content)),
                .. BitConverter.GetBytes(content.Length),
                .. BitConverter.GetBytes(content.Length),
                .. BitConverter.GetBytes((ushort)label.Length),
                0,
                0,
            ];
            writer.Write("PK\x03\x04"u8);
            writer.Write(header);
            writer.Write(label);
            writer.Write(content);
            names.Write("PK\x01\x02"u8);
            names.Write((ushort)20);
            names.Write(header);
            names.Write(new byte[10]);
            names.Write(at);
            names.Write(label);
        }
        var start = (int)bytes.Position;
        writer.Write(directory.ToArray());
        writer.Write("PK\x05\x06"u8);
        writer.Write(0);
        writer.Write((ushort)entries.Length);
        writer.Write((ushort)entries.Length);
        writer.Write((int)directory.Length);
        writer.Write(start);
        writer.Write((ushort)0);
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

    // CRC-32, as ZIP has it.
    private static uint Checksum(byte[] bytes)
    {
        var sum = uint.MaxValue;
        foreach (var b in bytes)
        {
            sum ^= b;
            for (var bit = 0; bit < 8; bit++)
            {
                sum = (sum >> 1) ^ ((sum & 1) == 0 ? 0 : 0xEDB8_8320);
            }
        }
        return ~sum;
    }

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
