using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using static Jobs.Testing.Documents.Packages;

namespace Jobs.Testing.Documents;

/// <summary>Files that are made to do harm, small as long as nobody unfolds them, and what must become of each.</summary>
public static class HostileFiles
{
    private const long Bomb = 48L * 1024 * 1024;

    public static IReadOnlyList<HostileFile> All { get; } =
    [
        new("flat-bomb.zip", "archive_bomb", null, () => Zip(("zeros.txt", Repeated(0x20, Bomb)))),
        new(
            "nested-bomb.zip",
            "archive_bomb",
            null,
            () => Zip(("inner.zip", Zip(("zeros.txt", Repeated(0x20, Bomb)))))
        ),
        new("deep-archives.zip", "nested_too_deep", null, () => Nested(6)),
        new(
            "many-entries.zip",
            "archive_bomb",
            null,
            () =>
                Zip([.. Enumerable.Range(0, 10_001).Select(i => ($"{i}.txt", Array.Empty<byte>()))])
        ),
        new("bomb.docx", "archive_bomb", null, () => Docx(Repeated((byte)' ', Bomb))),
        new("bomb.xlsx", "archive_bomb", null, () => Xlsx(Repeated((byte)' ', Bomb))),
        new(
            "lying-length.docx",
            "archive_bomb",
            null,
            () => Lying(Docx(Repeated((byte)' ', Bomb)))
        ),
        new("entities.xml", "xml_entities", null, Laughs),
        new("external-entity.xml", "xml_entities", null, () => External("root")),
        new(
            "external-entity.docx",
            "xml_entities",
            null,
            () =>
                Docx(
                    Write(
                        Encoding.UTF8.GetString(
                            External(
                                "w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\""
                            )
                        )
                    )
                )
        ),
        new("encrypted.pdf", "encrypted", null, () => EncryptedPdf.Bytes),
        new(
            "encrypted.docx",
            "encrypted",
            null,
            () =>
                [
                    0xD0,
                    0xCF,
                    0x11,
                    0xE0,
                    0xA1,
                    0xB1,
                    0x1A,
                    0xE1,
                    .. new byte[1024],
                    .. Encoding.Unicode.GetBytes("EncryptedPackage"),
                ]
        ),
        new(
            "encrypted.zip",
            null,
            "part_unread: secret.txt (encrypted)",
            () => Encrypted(Zip(Packages.Text("secret.txt", "A secret.")))
        ),
        new(
            "truncated.pdf",
            "unreadable",
            null,
            () => MinimalPdf.Of("Half", "Nobody", "Half of it")[..300]
        ),
        new("truncated.docx", "unreadable", null, () => Docx("<w:p/>")[..^40]),
        new("empty.pdf", "empty_file", null, () => []),
        new(
            "word.pdf",
            null,
            "type_mismatch",
            () => Docx("<w:p><w:r><w:t>Not a PDF.</w:t></w:r></w:p>")
        ),
        new(
            "picture.docx",
            null,
            "type_mismatch",
            () => MinimalPdf.Of("Not Word", "Ada", "Not a Word document")
        ),
        new("program.txt", "unsupported_type", null, () => [.. "MZ\u0090\0\u0003\0\0\0"u8]),
        new(
            "polyglot.pdf",
            null,
            "ambiguous_type",
            () =>
                [
                    .. MinimalPdf.Of("Two in one", "Ada", "A page and an archive"),
                    .. Zip(Packages.Text("a.txt", "An archive.")),
                ]
        ),
        new("pixels.png", "image_too_large", null, () => Png(60_000, 60_000)),
        new("deep.json", "nested_too_deep", null, () => Repeat("[", 200_000)),
        new("deep.html", "nested_too_deep", null, () => Repeat("<div>", 200_000)),
        new("deep.xml", "nested_too_deep", null, () => Repeat("<a>", 200_000)),
        new("deep.yaml", "nested_too_deep", null, () => Repeat("[", 200_000)),
        new("deep.rtf", "nested_too_deep", null, () => [.. "{\\rtf1 "u8, .. Repeat("{", 200_000)]),
        new(
            "aliases.yaml",
            null,
            null,
            () =>
                Encoding.UTF8.GetBytes(
                    "a: &a [lol, lol]\n"
                        + string.Concat(
                            Enumerable
                                .Range(1, 25)
                                .Select(i =>
                                    $"a{i}: &a{i} [*a{(i == 1 ? "" : i - 1)}, *a{(i == 1 ? "" : i - 1)}]\n"
                                )
                        )
                )
        ),
        new("line.txt", null, "truncated", () => Repeat("x", 24 * 1024 * 1024)),
        new("long-line-of-text.zip", null, "truncated", () => Zip(("a.txt", LongLine("", "")))),
        new("long-row.zip", null, "truncated", () => Zip(("a.csv", LongLine("a,b\n1,\"", "\"")))),
        new("long-string.zip", null, "truncated", () => Zip(("a.json", LongLine("[\"", "\"]")))),
        new(
            "long-node.zip",
            null,
            "part_unread: a.xml (memory_limit)",
            () => Zip(("a.xml", LongLine("<a><b>", "</b></a>")), ("b.txt", Write("Read.")))
        ),
        new(
            "long-run.docx",
            "memory_limit",
            null,
            () =>
                Docx(
                    LongLine(
                        "<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body><w:p><w:r><w:t>",
                        "</w:t></w:r></w:p></w:body></w:document>"
                    )
                )
        ),
        new(
            "long-cell.xlsx",
            "memory_limit",
            null,
            () =>
                Xlsx(
                    LongLine(
                        "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>",
                        "</t></is></c></row>"
                    )
                )
        ),
        new(
            "../../../etc/cron.d/evil.zip",
            null,
            null,
            () => Zip(Packages.Text("../../../../tmp/evil.txt", "A path is a label."))
        ),
        new("<img src=x onerror=alert(1)>.txt", null, null, () => "A name is text."u8.ToArray()),
        new(new string('n', 10_240) + ".txt", null, null, () => "A long name."u8.ToArray()),
        new(
            "script.html",
            null,
            null,
            () =>
                "<title><script>t</script></title><p>seen</p><script>hidden()</script>"u8.ToArray()
        ),
    ];

    private static byte[] Repeat(string text, int times) =>
        Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(text, times)));

    // 200 million characters without a line end, which do not unfold to more than 200 times their length.
    private static Action<Stream> LongLine(string before, string after) =>
        stream =>
        {
            Write(before)(stream);
            var random = new Random(1);
            var piece = new byte[20_000];
            for (var written = 0; written < 200_000_000; written += piece.Length)
            {
                // A part of it is new each time.
                for (var i = 0; i < (written == 0 ? piece.Length : 200); i++)
                {
                    piece[i] = (byte)random.Next('a', 'z' + 1);
                }
                stream.Write(piece);
            }
            Write(after)(stream);
        };

    private static byte[] Nested(int depth)
    {
        var inner = Zip(Packages.Text("a.txt", "The innermost."));
        for (var i = 0; i < depth; i++)
        {
            inner = Zip(("inner.zip", inner));
        }
        return inner;
    }

    private static byte[] Laughs()
    {
        var xml = new StringBuilder("<?xml version=\"1.0\"?><!DOCTYPE l [<!ENTITY l0 \"lol\">");
        for (var i = 1; i < 10; i++)
        {
            xml.Append(
                CultureInfo.InvariantCulture,
                $"<!ENTITY l{i} \"{string.Concat(Enumerable.Repeat($"&l{i - 1};", 10))}\">"
            );
        }
        return Encoding.UTF8.GetBytes(xml.Append("]><l>&l9;</l>").ToString());
    }

    private static byte[] External(string root) =>
        Encoding.UTF8.GetBytes(
            $"""<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><{root}><p>&x;</p></{root.Split(' ')[0]}>"""
        );

    // Every length that the archive declares is one that it does not have.
    private static byte[] Lying(byte[] zip)
    {
        for (var i = 0; i + 30 < zip.Length; i++)
        {
            if (zip.AsSpan(i).StartsWith("PK\u0001\u0002"u8))
            {
                BinaryPrimitives.WriteUInt32LittleEndian(zip.AsSpan(i + 24), 100 * 1024 * 1024);
            }
        }
        return zip;
    }

    // The flag that an entry is encrypted, in both of its headers.
    private static byte[] Encrypted(byte[] zip)
    {
        for (var i = 0; i + 10 < zip.Length; i++)
        {
            if (zip.AsSpan(i).StartsWith("PK\u0003\u0004"u8))
            {
                zip[i + 6] |= 1;
            }
            else if (zip.AsSpan(i).StartsWith("PK\u0001\u0002"u8))
            {
                zip[i + 8] |= 1;
            }
        }
        return zip;
    }

    // A head that promises more pixels than any memory has, and hardly anything behind it.
    private static byte[] Png(uint width, uint height)
    {
        var head = new byte[13];
        BinaryPrimitives.WriteUInt32BigEndian(head, width);
        BinaryPrimitives.WriteUInt32BigEndian(head.AsSpan(4), height);
        head[8] = 8;
        return
        [
            0x89,
            .. "PNG\r\n\u001a\n"u8,
            .. Chunk("IHDR", head),
            .. Chunk("IDAT", Deflated()),
            .. Chunk("IEND", []),
        ];
    }

    private static byte[] Deflated()
    {
        var bytes = new MemoryStream();
        using (var deflate = new ZLibStream(bytes, CompressionLevel.Fastest, leaveOpen: true))
        {
            deflate.Write(new byte[1000]);
        }
        return bytes.ToArray();
    }

    private static byte[] Chunk(string type, byte[] data)
    {
        byte[] body = [.. Encoding.ASCII.GetBytes(type), .. data];
        var length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, data.Length);
        var sum = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(sum, Checksum(body));
        return [.. length, .. body, .. sum];
    }

    private static uint Checksum(byte[] bytes)
    {
        var sum = uint.MaxValue;
        foreach (var b in bytes)
        {
            sum ^= b;
            for (var i = 0; i < 8; i++)
            {
                sum = (sum & 1) != 0 ? (sum >> 1) ^ 0xEDB88320 : sum >> 1;
            }
        }
        return ~sum;
    }
}
