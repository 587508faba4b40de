using System.IO.Compression;
using Jobs.Kinds.Queries.Reports;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Kinds.Queries.Reports;

public sealed class ReportExportTests
{
    [Fact]
    public async Task No_cell_becomes_a_formula()
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
        using var file = new MemoryStream();
        await ReportXlsx.WriteAsync(
            file,
            result.Columns,
            result.Rows.ToAsyncEnumerable(),
            TestContext.Current.CancellationToken
        );
        using var zip = new ZipArchive(file);
        using var sheet = new StreamReader(zip.GetEntry("xl/worksheets/sheet1.xml")!.Open());
        var xml = sheet.ReadToEnd();
        xml.ShouldNotContain("<f>");
        xml.ShouldContain(
            "<c t=\"inlineStr\"><is><t xml:space=\"preserve\">=HYPERLINK(\"http://x\")</t></is></c><c><v>-5</v></c><c t=\"b\"><v>1</v></c>"
        );
        xml.ShouldContain("@a,b</t>");
    }

    [Theory]
    [InlineData("=1")]
    [InlineData("-1")]
    [InlineData(" =1")]
    [InlineData("\u00a0@a")]
    [InlineData("\ufeff+1")]
    [InlineData("\uff1d1")]
    [InlineData("\u3000\uff20a")]
    [InlineData("\u200b=1")]
    public void What_a_spreadsheet_may_take_for_a_formula_is_text(string value) =>
        CsvCell.Of(value).ShouldBe("'" + value);

    [Theory]
    [InlineData("a=1")]
    [InlineData(" a")]
    [InlineData("'=1")]
    [InlineData("   ")]
    public void What_is_none_stays_as_it_is(string value) => CsvCell.Of(value).ShouldBe(value);

    [Fact]
    public async Task A_workbook_leaves_while_its_rows_come_and_goes_on_in_a_further_sheet()
    {
        const int Count = 1_100_000;
        using var file = new MemoryStream();
        var written = new List<long>();
        async IAsyncEnumerable<string?[]> Rows()
        {
            for (var i = 1; i <= Count; i++)
            {
                if (i % 100_000 == 0)
                {
                    written.Add(file.Length);
                    await Task.Yield();
                }
                yield return [i.ToString(System.Globalization.CultureInfo.InvariantCulture)];
            }
        }

        await ReportXlsx.WriteAsync(
            file,
            [new("n", ReportType.WholeNumber)],
            Rows(),
            TestContext.Current.CancellationToken
        );

        // Each hundred thousand rows have left before the next ones were there.
        written.Zip(written.Skip(1)).ShouldAllBe(w => w.Second > w.First + 100_000);
        file.Position = 0;
        using var workbook = ExcelDataReader.ExcelReaderFactory.CreateReader(file);
        var read = new List<int>();
        do
        {
            var rows = 0;
            while (workbook.Read())
            {
                rows++;
            }
            read.Add(rows);
        } while (workbook.NextResult());
        read.ShouldBe([1_048_576, Count - 1_048_575 + 1]);
    }

    [Fact]
    public async Task A_workbook_that_fails_has_no_end()
    {
        using var file = new MemoryStream();
        async IAsyncEnumerable<string?[]> Rows()
        {
            yield return ["1"];
            await Task.Yield();
            throw new InvalidOperationException("The database is away.");
        }

        await Should.ThrowAsync<InvalidOperationException>(() =>
            ReportXlsx.WriteAsync(
                file,
                [new("n", ReportType.WholeNumber)],
                Rows(),
                TestContext.Current.CancellationToken
            )
        );

        using var end = new MemoryStream();
        file.WriteTo(end);
        Should.Throw<InvalidDataException>(() => new ZipArchive(end));
    }
}
