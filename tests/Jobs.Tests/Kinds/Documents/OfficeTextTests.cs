using System.Globalization;
using System.Text;
using Jobs.Testing;
using Jobs.Testing.Documents;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Kinds.Documents;

/// <summary>Text of Office documents that is shown but is no plain text of theirs.</summary>
public sealed class OfficeTextTests(TestDatabase database)
    : IClassFixture<TestDatabase>,
        IAsyncDisposable
{
    private const string Relationships =
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    private const string Sheet = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    private const string Drawing = "http://schemas.openxmlformats.org/drawingml/2006/main";

    private readonly KindServices services = new(database);

    [Theory]
    [InlineData("1234.5", "$#,##0.00", "$1,234.50 (1234.5)")]
    [InlineData("-1234567", "#,##0;(#,##0)", "(1,234,567) (-1234567)")]
    [InlineData("42", "00000", "00042")]
    [InlineData("0.5", "0.00", "0.50")]
    [InlineData("45356", "yyyy-mm-dd", "2024-03-05")]
    [InlineData("45356", "d. mmmm yyyy", "5. March 2024 (2024-03-05)")]
    [InlineData("0.25", "h:mm", "06:00:00")]
    [InlineData("3", "0 \"pieces\"", "3 pieces")]
    [InlineData("3", ";;;", "3")]
    [InlineData("3", "[broken", "3")]
    public async Task A_cell_is_read_as_it_is_shown_and_as_it_is_stored(
        string value,
        string format,
        string expected
    )
    {
        var (_, text, _) = await services.ReadAsync(
            "a.xlsx",
            Packages.Xlsx(
                Packages.Write($"""<row r="1"><c r="A1" s="1"><v>{value}</v></c></row>"""),
                (
                    "xl/styles.xml",
                    $"""<styleSheet xmlns="{Sheet}"><numFmts count="1"><numFmt numFmtId="164" formatCode="{format.Replace("\"", "&quot;", StringComparison.Ordinal)}"/></numFmts><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="164" applyNumberFormat="1"/></cellXfs></styleSheet>"""
                )
            )
        );

        text.ShouldBe($"Figures\n\n{expected}\n");
    }

    [Fact]
    public async Task Cells_whose_formula_failed_are_read_with_their_error()
    {
        // So many that their marks lie across the ends of buffers.
        var rows = new StringBuilder();
        for (var i = 1; i <= 6_000; i++)
        {
            rows.Append(
                CultureInfo.InvariantCulture,
                $"""<row r="{i}"><c r="A{i}" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="B{i}" t="str"><f>x</f><v>t="e"</v></c></row>"""
            );
        }
        var (document, text, _) = await services.ReadAsync(
            "a.xlsx",
            Packages.Xlsx(Packages.Write(rows.ToString()))
        );

        document.Warnings.ShouldBeEmpty();
        text.Split('\n').Count(line => line == "#DIV/0!\tt=\"e\"").ShouldBe(6_000);
    }

    [Fact]
    public async Task Discussions_of_a_sheet_are_read()
    {
        var (_, text, _) = await services.ReadAsync(
            "a.xlsx",
            Packages.Xlsx(
                Packages.Write("""<row r="1"><c r="A1"><v>1</v></c></row>"""),
                (
                    "xl/threadedComments/threadedComment1.xml",
                    "<ThreadedComments><threadedComment ref='A1'><text>Is it lit?</text></threadedComment></ThreadedComments>"
                )
            )
        );

        text.ShouldBe("Figures\n\n1\n\nIs it lit?\n");
    }

    [Fact]
    public async Task Documents_that_were_put_into_one_of_Word_are_read()
    {
        var (document, text, _) = await services.ReadAsync(
            "a.docx",
            Packages.Docx(
                """<w:p><w:r><w:t>Outer</w:t></w:r><w:r><wp:docPr xmlns:wp="u" title="A title" descr="A lamp"/></w:r></w:p><w:altChunk/>""",
                (
                    "word/_rels/document.xml.rels",
                    $"""<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="a" Type="{Relationships}/aFChunk" Target="one.htm"/><Relationship Id="b" Type="{Relationships}/aFChunk" Target="two.rtf"/><Relationship Id="c" Type="{Relationships}/aFChunk" Target="three.bin"/></Relationships>"""
                ),
                ("word/one.htm", "<html><p>Inner page"),
                ("word/two.rtf", "{\\rtf1 Inner letter}"),
                ("word/three.bin", "MZ\0\0")
            )
        );

        text.ShouldBe("Outer\n\nA title\n\nA lamp\n\nInner page\n\nInner letter\n");
        document.Warnings.ShouldBe(["part_unread: three.bin (unsupported_type)"]);
    }

    [Fact]
    public async Task What_slides_share_is_read_once_and_without_its_placeholders()
    {
        const string Slide =
            $"""<p:sld xmlns:p="p" xmlns:a="{Drawing}"><p:sp><a:p><a:r><a:t>A slide</a:t></a:r></a:p></p:sp></p:sld>""";
        const string Slides =
            $"""<Relationships><Relationship Id="l" Type="{Relationships}/slideLayout" Target="../layout.xml"/></Relationships>""";
        var (_, text, _) = await services.ReadAsync(
            "a.pptx",
            Packages.Zip(
                Packages.Text("[Content_Types].xml", "<Types/>"),
                Packages.Text(
                    "ppt/presentation.xml",
                    $"""<p:presentation xmlns:p="p" xmlns:r="{Relationships}"><p:sldId r:id="s1"/><p:sldId r:id="s2"/></p:presentation>"""
                ),
                Packages.Text(
                    "ppt/_rels/presentation.xml.rels",
                    $"""<Relationships><Relationship Id="s1" Type="{Relationships}/slide" Target="slides/1.xml"/><Relationship Id="s2" Type="{Relationships}/slide" Target="slides/2.xml"/></Relationships>"""
                ),
                Packages.Text("ppt/slides/1.xml", Slide),
                Packages.Text("ppt/slides/2.xml", Slide),
                Packages.Text("ppt/slides/_rels/1.xml.rels", Slides),
                Packages.Text("ppt/slides/_rels/2.xml.rels", Slides),
                Packages.Text(
                    "ppt/layout.xml",
                    $"""<p:sldLayout xmlns:p="p" xmlns:a="{Drawing}"><p:sp><p:ph type="title"/><a:p><a:r><a:t>Click here</a:t></a:r></a:p></p:sp><p:sp><a:p><a:r><a:t>Confidential</a:t></a:r></a:p></p:sp></p:sldLayout>"""
                )
            )
        );

        text.ShouldBe("A slide\n\nA slide\n\nConfidential\n");
    }

    [Fact]
    public async Task OpenDocument_is_read_with_its_charts_and_fields()
    {
        const string Office = "urn:oasis:names:tc:opendocument:xmlns:";
        var (_, text, _) = await services.ReadAsync(
            "a.odt",
            Packages.Zip(
                Packages.Text("mimetype", "application/vnd.oasis.opendocument.text"),
                Packages.Text(
                    "content.xml",
                    $"""<o:text xmlns:o="{Office}office:1.0" xmlns:t="{Office}text:1.0" xmlns:f="{Office}form:1.0"><f:text f:label="Name" f:current-value="Ada"/><t:p>Text</t:p></o:text>"""
                ),
                Packages.Text(
                    "Object 1/content.xml",
                    $"""<o:chart xmlns:o="{Office}office:1.0" xmlns:t="{Office}text:1.0"><t:p>Ships a year</t:p></o:chart>"""
                )
            )
        );

        text.ShouldBe("Name\n\nAda\n\nText\n\nShips a year\n");
    }

    public ValueTask DisposeAsync() => services.DisposeAsync();
}
