using System.Text.Json;
using Jobs.Kinds.Queries.Reports;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Kinds.Queries.Reports;

public sealed class ReportFileTests
{
    [Fact]
    public void A_file_says_what_its_report_is()
    {
        var report = ReportFile.Parse(
            "sales",
            """
            -- title: Sales
            -- source: warehouse
            -- timeout: 2.5s
            -- limit: 50
            -- tenants: acme, other
            -- parameter: from date required The first day.
            -- parameter: region text default=eu values=eu|us|asia
            select ':no', ":no", $q$:no ; $q$, a::date -- :no ;
            /* :no ; /* nested */ */ from t where d >= :from and r = :region and e = E'\':no' and f > :from;
            """
        );

        (report.Title, report.Source, report.RowLimit).ShouldBe(("Sales", "warehouse", 50));
        report.Timeout.ShouldBe(TimeSpan.FromSeconds(2.5));
        report.Tenants.ShouldBe(["acme", "other"]);
        report.Bound.ShouldBe(["from", "region"]);
        report.Sql.ShouldContain("d >= $1 and r = $2 and e = E'\\':no' and f > $1");
        report.Sql.ShouldNotContain("nested");
        report.Parameters[0].Required.ShouldBeTrue();
        report.Parameters[0].Description.ShouldBe("The first day.");
        report.Parameters[1].Values.ShouldBe(["eu", "us", "asia"]);
    }

    [Theory]
    [InlineData("select 1", "no title")]
    [InlineData("-- title: A\n-- source: w\nselect 1; select 2", "one statement")]
    [InlineData("-- title: A\n-- source: w\nselect $1", ":name")]
    [InlineData("-- title: A\n-- source: w\nselect 'a", "not closed")]
    [InlineData("-- title: A\n-- source: w\n", "no query")]
    [InlineData("-- title: A\n-- source: w\nselect :x", "':x' is not a parameter")]
    [InlineData("-- title: A\n-- parameter: tenant integer\nselect :tenant", "is the caller's")]
    [InlineData("-- title: A\n-- parameter: format text\nselect :tenant", "'format'")]
    [InlineData("-- title: A\n-- color: red\nselect :tenant", "'color' is not known")]
    [InlineData("-- title: A\n-- timeout: 700s\nselect :tenant", "timeout")]
    [InlineData("-- title: A\n-- limit: 0\nselect :tenant", "limit")]
    [InlineData("-- title: A\n-- parameter: a blob\nselect :tenant", "not a type")]
    [InlineData("-- title: A\n-- parameter: a integer default=x\nselect :tenant", "default")]
    [InlineData("-- title: A\n-- parameter: a date min=5\nselect :tenant", "limit")]
    public void A_file_that_breaks_a_rule_is_no_report(string text, string rule)
    {
        Should
            .Throw<FormatException>(() => ReportFile.Parse("a", text))
            .Message.ShouldContain(rule);
    }

    [Theory]
    [InlineData("integer min=1 max=9", "5", true)]
    [InlineData("integer min=1 max=9", "10", false)]
    [InlineData("integer", "1.5", false)]
    [InlineData("integer", "\"1 or 1=1\"", false)]
    [InlineData("number max=2.5", "2.50", true)]
    [InlineData("text max=3", "\"abcd\"", false)]
    [InlineData("text", "\"'; drop table x; --\"", true)]
    [InlineData("text", "{}", false)]
    [InlineData("text", "\"a\\u0000\"", false)]
    [InlineData("date min=2030-01-01", "\"2029-12-31\"", false)]
    [InlineData("timestamp", "\"2030-01-01T00:00:00+02:00\"", true)]
    [InlineData("boolean", "true", true)]
    [InlineData("uuid", "\"x\"", false)]
    [InlineData("text values=a|b", "\"c\"", false)]
    [InlineData("text required", "null", false)]
    [InlineData("text", "null", true)]
    public void Values_keep_to_their_parameter(string parameter, string value, bool valid)
    {
        var report = ReportFile.Parse(
            "a",
            $"-- title: A\n-- parameter: p {parameter}\nselect :tenant, :p"
        );
        using var sent = JsonDocument.Parse($"{{\"p\":{value}}}");

        ReportValues.Check(report, sent.RootElement).Count.ShouldBe(valid ? 0 : 1);
    }
}
