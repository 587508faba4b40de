using System.Text;
using Jobs.Testing;
using Jobs.Testing.Documents;
using NPOI.HSSF.UserModel;
using NPOI.POIFS.FileSystem;
using NPOI.SS.UserModel;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Kinds.Documents;

/// <summary>Files that other programs put into documents of Office, and what old workbooks have beside their cells.</summary>
public sealed class EmbeddedObjectTests(TestDatabase database)
    : IClassFixture<TestDatabase>,
        IAsyncDisposable
{
    private const string Packed = "\u0001Ole10Native";
    private const string Types =
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

    private readonly KindServices services = new(database);

    private static byte[] Letter =>
        Packages.Docx("<w:p><w:r><w:t>An inner letter</w:t></w:r></w:p>");

    [Fact]
    public async Task Objects_in_a_document_are_read_as_the_files_that_they_are()
    {
        var (document, text, _) = await services.ReadAsync(
            "a.docx",
            Word(
                Compound(root => Add(root, "Package", Letter)),
                Compound(root => Add(root, Packed, Native(@"C:\Users\ada\oil.csv", "Oil,12"))),
                Compound(root => Add(root, "CONTENTS", MinimalPdf.Of("A", "B", "An inner page"))),
                Compound(root => Add(root, "WordDocument", [1, 2, 3])),
                Compound(root => Add(root, "Equation Native", [1, 2, 3])),
                [.. Compound(root => Add(root, "Package", Letter)).Take(700)]
            )
        );

        text.ShouldBe(
            "Outside\n\nobject0.bin\n\nAn inner letter\n\noil.csv\n\nOil\t12\n\nobject2.bin\n\nAn inner page\n\nobject3.doc\n"
        );
        document.Warnings.ShouldBe([
            "part_unread: object3.doc (unsupported_type)",
            "part_unread: object5.bin (unreadable)",
        ]);
    }

    [Fact]
    public async Task A_document_is_read_though_what_is_in_it_is_nested_too_deep()
    {
        var word = Word(Compound(root => Add(root, "Package", Letter)));
        for (var i = 0; i < 3; i++)
        {
            var inner = word;
            word = Word(Compound(root => Add(root, "Package", inner)));
        }

        var (document, text, _) = await services.ReadAsync("a.docx", word);

        text.ShouldStartWith("Outside\n");
        text.ShouldNotContain("An inner letter");
        document.Warnings.ShouldBe(["part_unread: object0.bin (nested_too_deep)"]);
    }

    [Fact]
    public async Task An_old_workbook_is_read_with_its_errors_comments_boxes_and_files()
    {
        var book = new HSSFWorkbook();
        var oil = (HSSFSheet)book.CreateSheet("Oil");
        var row = oil.CreateRow(1);
        row.CreateCell(0).SetCellValue("Ratio");
        row.CreateCell(2).SetCellErrorValue(FormulaError.DIV0.Code);
        var patriarch = (HSSFPatriarch)oil.CreateDrawingPatriarch();
        patriarch.CreateTextbox(new HSSFClientAnchor()).String = new HSSFRichTextString("In a box");
        var comment = patriarch.CreateCellComment(new HSSFClientAnchor());
        comment.String = new HSSFRichTextString("Ask the keeper");
        row.GetCell(0).CellComment = comment;
        book.CreateSheet("Wicks")
            .CreateRow(0)
            .CreateCell(1)
            .SetCellErrorValue(FormulaError.NA.Code);
        using var bytes = new MemoryStream();
        book.Write(bytes);
        bytes.Position = 0;
        var file = new NPOIFSFileSystem(bytes);
        Add(file.Root.CreateDirectory("MBD00000001"), "Package", Letter);
        using var whole = new MemoryStream();
        file.WriteFileSystem(whole);

        var (document, text, _) = await services.ReadAsync("a.xls", whole.ToArray());

        text.ShouldBe(
            "Oil\n\nRatio\t\t#DIV/0!\n\nWicks\n\n\t#N/A\n\nIn a box\n\nAsk the keeper\n\nMBD00000001\n\nAn inner letter\n"
        );
        // The archive in it makes it no file of two types.
        document.Warnings.ShouldBeEmpty();
    }

    public ValueTask DisposeAsync() => services.DisposeAsync();

    private static byte[] Native(string name, string text)
    {
        using var bytes = new MemoryStream();
        new Ole10Native(name, name, name, Encoding.ASCII.GetBytes(text)).WriteOut(bytes);
        return bytes.ToArray();
    }

    private static byte[] Compound(Action<DirectoryEntry> fill)
    {
        var file = new NPOIFSFileSystem();
        fill(file.Root);
        using var bytes = new MemoryStream();
        file.WriteFileSystem(bytes);
        return bytes.ToArray();
    }

    private static void Add(DirectoryEntry directory, string stream, byte[] content) =>
        directory.CreateDocument(stream, new MemoryStream(content));

    private static byte[] Word(params byte[][] objects) =>
        Packages.Zip([
            Packages.Text("[Content_Types].xml", "<Types/>"),
            Packages.Text(
                "_rels/.rels",
                $"""<Relationships><Relationship Id="m" Type="{Types}/officeDocument" Target="word/document.xml"/></Relationships>"""
            ),
            Packages.Text(
                "word/document.xml",
                """<w:document xmlns:w="w"><w:body><w:p><w:r><w:t>Outside</w:t></w:r></w:p></w:body></w:document>"""
            ),
            Packages.Text(
                "word/_rels/document.xml.rels",
                $"""<Relationships>{string.Concat(objects.Select((_, i) => $"""<Relationship Id="r{i}" Type="{Types}/oleObject" Target="embeddings/object{i}.bin"/>"""))}</Relationships>"""
            ),
            .. objects.Select((o, i) => ($"word/embeddings/object{i}.bin", o)),
        ]);
}
