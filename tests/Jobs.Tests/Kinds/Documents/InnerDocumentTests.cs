using System.Text;
using Jobs.Testing;
using Jobs.Testing.Documents;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Kinds.Documents;

/// <summary>Documents within documents, and text that stands on every page or sheet.</summary>
public sealed class InnerDocumentTests(TestDatabase database)
    : IClassFixture<TestDatabase>,
        IAsyncDisposable
{
    private const string Types =
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

    private readonly KindServices services = new(database);

    [Fact]
    public async Task Word_is_read_with_the_workbook_in_it()
    {
        var workbook = Packages.Xlsx(
            Packages.Write(
                """<row r="1"><c r="A1" t="inlineStr"><is><t>Oil for the lamp</t></is></c></row>"""
            )
        );
        var bytes = Packages.Zip([
            Packages.Text("[Content_Types].xml", "<Types/>"),
            Packages.Text("_rels/.rels", Relations(("m", "officeDocument", "word/document.xml"))),
            Packages.Text(
                "word/document.xml",
                """<w:document xmlns:w="w"><w:body><w:p><w:r><w:t>See the ledger:</w:t></w:r></w:p></w:body></w:document>"""
            ),
            Packages.Text(
                "word/_rels/document.xml.rels",
                Relations(
                    ("a", "package", "embeddings/ledger.xlsx"),
                    ("b", "package", "embeddings/ledger.xlsx"),
                    ("c", "package", "embeddings/broken.xlsx"),
                    ("d", "oleObject", "embeddings/object.bin")
                )
            ),
            ("word/embeddings/ledger.xlsx", workbook),
            ("word/embeddings/broken.xlsx", "PK\u0003\u0004 no archive"u8.ToArray()),
            ("word/embeddings/object.bin", [1, 2, 3]),
        ]);

        var (document, text, _) = await services.ReadAsync("a.docx", bytes);

        text.ShouldBe(
            "See the ledger:\n\nledger.xlsx\n\nFigures\n\nOil for the lamp\n\nbroken.xlsx\n"
        );
        document.Warnings.ShouldBe(["part_unread: broken.xlsx (unreadable)"]);
    }

    [Fact]
    public async Task Slides_are_read_with_what_stands_on_all_of_them_and_the_years_of_their_charts()
    {
        var bytes = Packages.Zip(
            Packages.Text("[Content_Types].xml", "<Types/>"),
            Packages.Text(
                "_rels/.rels",
                Relations(("m", "officeDocument", "ppt/presentation.xml"))
            ),
            Packages.Text(
                "ppt/presentation.xml",
                $"""<p:presentation xmlns:p="p" xmlns:r="{Types}"><p:sldIdLst><p:sldId id="1" r:id="s"/><p:sldId id="2" r:id="t"/></p:sldIdLst></p:presentation>"""
            ),
            Packages.Text(
                "ppt/_rels/presentation.xml.rels",
                Relations(("s", "slide", "slides/slide1.xml"), ("t", "slide", "slides/slide2.xml"))
            ),
            Packages.Text("ppt/slides/slide1.xml", Shapes("The lamp")),
            Packages.Text("ppt/slides/slide2.xml", Shapes("The tower")),
            Packages.Text(
                "ppt/slides/_rels/slide1.xml.rels",
                Relations(
                    ("l", "slideLayout", "../slideLayouts/one.xml"),
                    ("c", "chart", "../charts/chart1.xml")
                )
            ),
            Packages.Text(
                "ppt/slides/_rels/slide2.xml.rels",
                Relations(("l", "slideLayout", "../slideLayouts/one.xml"))
            ),
            Packages.Text(
                "ppt/charts/chart1.xml",
                """<c xmlns:a="a"><ser><tx><v>Ships</v></tx><cat><numCache><pt><v>1926</v></pt></numCache></cat><val><pt><v>12</v></pt></val></ser></c>"""
            ),
            Packages.Text("ppt/slideLayouts/one.xml", Shapes("Harbour office")),
            Packages.Text(
                "ppt/slideLayouts/_rels/one.xml.rels",
                Relations(("m", "slideMaster", "../slideMasters/one.xml"))
            ),
            Packages.Text(
                "ppt/slideMasters/one.xml",
                """<p:m xmlns:p="p" xmlns:a="a"><p:sp><p:nvPr><p:ph type="body"/></p:nvPr><a:p><a:t>Click to edit</a:t></a:p></p:sp><p:sp><a:p><a:t>For keepers only</a:t></a:p></p:sp></p:m>"""
            )
        );

        var (document, text, _) = await services.ReadAsync("a.pptx", bytes);

        text.ShouldBe(
            "The lamp\n\nShips\n\n1926\n\nThe tower\n\nHarbour office\n\nFor keepers only\n"
        );
        document.Pages.ShouldBe(2);
    }

    [Theory]
    [InlineData("http://schemas.openxmlformats.org/spreadsheetml/2006/main", Types)]
    [InlineData(
        "http://purl.oclc.org/ooxml/spreadsheetml/main",
        "http://purl.oclc.org/ooxml/officeDocument/relationships"
    )]
    public async Task A_workbook_is_read_in_its_strict_form_too_with_its_headers_and_footers(
        string sheets,
        string relationships
    )
    {
        var bytes = Packages.Zip(
            Packages.Text("[Content_Types].xml", "<Types/>"),
            Packages.Text(
                "_rels/.rels",
                Relations(("m", "officeDocument", "xl/workbook.xml"))
                    .Replace(Types, relationships, StringComparison.Ordinal)
            ),
            Packages.Text(
                "xl/workbook.xml",
                $"""<workbook xmlns="{sheets}" xmlns:r="{relationships}"><sheets><sheet name="Figures" sheetId="1" r:id="s"/></sheets></workbook>"""
            ),
            Packages.Text(
                "xl/_rels/workbook.xml.rels",
                Relations(("s", "worksheet", "worksheets/sheet1.xml"))
                    .Replace(Types, relationships, StringComparison.Ordinal)
            ),
            Packages.Text(
                "xl/worksheets/sheet1.xml",
                $"""<worksheet xmlns="{sheets}"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>Oil</t></is></c><c r="B1"><v>12</v></c></row></sheetData><headerFooter><oddHeader>&amp;L&amp;"Arial,Bold"&amp;14Light &amp;&amp; sound&amp;C&amp;K01+000Page &amp;P of &amp;N&amp;R&amp;D</oddHeader><oddFooter>&amp;CKept by Ada</oddFooter></headerFooter></worksheet>"""
            )
        );

        var (_, text, _) = await services.ReadAsync("a.xlsx", bytes);

        text.ShouldBe("Figures\n\nOil\t12\n\nLight & sound\n\nPage  of\n\nKept by Ada\n");
    }

    [Fact]
    public async Task An_old_workbook_may_call_its_stream_in_capitals()
    {
        var bytes = OldWorkbook.Bytes.ToArray();
        var name = bytes.AsSpan().IndexOf(Encoding.Unicode.GetBytes("Workbook"));
        Encoding.Unicode.GetBytes("WORKBOOK").CopyTo(bytes, name);

        var (_, usual, _) = await services.ReadAsync("a.xls", OldWorkbook.Bytes);
        var (_, text, _) = await services.ReadAsync("b.xls", bytes);

        text.ShouldBe(usual);
    }

    [Fact]
    public async Task OpenDocument_is_read_with_the_charts_in_it()
    {
        var bytes = Packages.Zip(
            Packages.Text("mimetype", "application/vnd.oasis.opendocument.text"),
            Packages.Text("content.xml", OpenDocument("<text:p>Ships a year:</text:p>")),
            Packages.Text(
                "Object 1/content.xml",
                OpenDocument(
                    "<table:table table:name='local-table'><table:table-row><table:table-cell><text:p>1926</text:p></table:table-cell><table:table-cell><text:p>12</text:p></table:table-cell></table:table-row></table:table>"
                )
            )
        );

        var (_, text, _) = await services.ReadAsync("a.odt", bytes);

        text.ShouldBe("Ships a year:\n\n1926\t12\n");
    }

    [Fact]
    public async Task Pdf_is_read_with_what_is_attached_to_it()
    {
        var (document, text, _) = await services.ReadAsync(
            "a.pdf",
            MinimalPdf.Attached(
                "The invoice",
                ("invoice.xml", "<invoice><total>Twelve barrels of oil</total></invoice>"),
                ("broken.json", "\0\0\0\u0001")
            )
        );

        text.ShouldBe("The invoice\n\nbroken.json\n\ninvoice.xml\n\nTwelve barrels of oil\n");
        document.Warnings.ShouldBe(["part_unread: broken.json (unsupported_type)"]);
        document.Pages.ShouldBe(1);
    }

    public ValueTask DisposeAsync() => services.DisposeAsync();

    private static string Relations(params (string Id, string Type, string Target)[] all) =>
        $"""<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{string.Concat(all.Select(r => $"""<Relationship Id="{r.Id}" Type="{Types}/{r.Type}" Target="{r.Target}"/>"""))}</Relationships>""";

    private static string Shapes(string text) =>
        $"""<p:sld xmlns:p="p" xmlns:a="a"><p:sp><a:p><a:t>{text}</a:t></a:p></p:sp></p:sld>""";

    private static string OpenDocument(string body) =>
        $"""<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"><office:body>{body}</office:body></office:document-content>""";
}
