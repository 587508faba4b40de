using Jobs.Testing;
using Jobs.Testing.Documents;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Kinds.Documents;

/// <summary>Text of Office documents that stands beside their paragraphs and cells.</summary>
public sealed class DrawnTextTests(TestDatabase database)
    : IClassFixture<TestDatabase>,
        IAsyncDisposable
{
    private const string Drawing = "http://schemas.openxmlformats.org/drawingml/2006/main";
    private const string Relationships =
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    private readonly KindServices services = new(database);

    [Fact]
    public async Task Word_is_read_with_its_diagrams_charts_pictures_and_watermark()
    {
        var (document, text, _) = await services.ReadAsync(
            "a.docx",
            Packages.Docx(
                """<w:p><w:r><w:t>Seen</w:t></w:r><w:r><wp:docPr xmlns:wp="u" descr="A lamp at dusk"/><v:textpath xmlns:v="v" string="DRAFT"/></w:r></w:p>""",
                (
                    "word/_rels/document.xml.rels",
                    $"""<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="a" Type="{Relationships}/diagramData" Target="data.xml"/><Relationship Id="b" Type="{Relationships}/chart" Target="chart.xml"/><Relationship Id="c" Type="{Relationships}/chart" Target="broken.xml"/></Relationships>"""
                ),
                ("word/data.xml", $"<d><a:p xmlns:a='{Drawing}'><a:t>A node</a:t></a:p></d>"),
                (
                    "word/chart.xml",
                    $"<c><a:p xmlns:a='{Drawing}'><a:t>Ships a year</a:t></a:p><v>North</v><v>12</v></c>"
                ),
                ("word/broken.xml", "<c><d>")
            )
        );

        text.ShouldBe("Seen\n\nA lamp at dusk\n\nDRAFT\n\nA node\n\nShips a year\n\nNorth\n");
        document.Warnings.ShouldBe(["damaged"]);
    }

    [Fact]
    public async Task Excel_is_read_with_percentages_times_comments_and_shapes()
    {
        var (_, text, _) = await services.ReadAsync(
            "a.xlsx",
            Packages.Xlsx(
                Packages.Write(
                    """<row r="1"><c r="A1" s="1"><v>0.256</v></c><c r="B1" s="2"><v>0.5</v></c></row>"""
                ),
                (
                    "xl/styles.xml",
                    """<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="10"/><xf numFmtId="20"/></cellXfs></styleSheet>"""
                ),
                (
                    "xl/comments1.xml",
                    "<comments><comment><text><r><t>Who </t></r><r><t>says so?</t></r></text></comment></comments>"
                ),
                (
                    "xl/drawings/drawing1.xml",
                    $"<d><a:p xmlns:a='{Drawing}'><a:t>In a shape</a:t></a:p></d>"
                )
            )
        );

        text.ShouldBe("Figures\n\n25.60%\t12:00:00\n\nWho says so?\n\nIn a shape\n");
    }

    public ValueTask DisposeAsync() => services.DisposeAsync();
}
