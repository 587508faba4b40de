using System.IO.Compression;
using Jobs.Kinds.Queries.Reports;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Kinds.Queries.Reports;

public sealed class ReportExportTests
{
    [Fact]
    public void No_cell_becomes_a_formula()
    {
        var report = new Report("a", "A", null, "x", default, 1, [], [], "", []);
        var result = new ReportResult(
            report,
            [
                new("=name", ReportType.Text),
                new("n", ReportType.WholeNumber),
                new("b", ReportType.Boolean),
            ],
            [
                ["=HYPERLINK(\"http://x\")", "-5", "t"],
                ["@a,b\u0001", null, "f"],
            ],
            false,
            1
        );

        System
            .Text.Encoding.UTF8.GetString(ReportCsv.Write(result))
            .ShouldBe(
                "'=name,n,b\r\n\"'=HYPERLINK(\"\"http://x\"\")\",-5,true\r\n\"'@a,b\u0001\",,false\r\n"
            );
        using var zip = new ZipArchive(new MemoryStream(ReportXlsx.Write(result)));
        using var sheet = new StreamReader(zip.GetEntry("xl/worksheets/sheet1.xml")!.Open());
        var xml = sheet.ReadToEnd();
        xml.ShouldNotContain("<f>");
        xml.ShouldContain(
            "<c t=\"inlineStr\"><is><t xml:space=\"preserve\">=HYPERLINK(\"http://x\")</t></is></c><c><v>-5</v></c><c t=\"b\"><v>1</v></c>"
        );
        xml.ShouldContain("@a,b</t>");
    }
}
