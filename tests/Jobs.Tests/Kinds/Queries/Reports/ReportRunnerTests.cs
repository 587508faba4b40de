using Jobs.Kinds;
using Jobs.Kinds.Queries.Reports;
using Jobs.Testing;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Kinds.Queries.Reports;

/// <summary>Reports as a worker runs them.</summary>
public sealed class ReportRunnerTests(TestDatabase database) : ReportTest(database)
{
    [Fact]
    public async Task A_result_has_typed_columns_and_says_that_it_was_cut()
    {
        Write(
            "types",
            """
            select n as whole, n / 4.0 as part, n % 2 = 0 as even, date '2030-01-31' as day,
                timestamptz '2030-01-31 12:00+02' as at, 'a"b' as text, null::int as nothing, jsonb '{"a":[1]}' as json,
                interval '1 day' as span, 'NaN'::float8 as nan, array[1, 2] as list
            from generate_series(1, 5) n
            """,
            "limit: 2"
        );

        var result = await RunAsync("types");

        result.GetProperty("truncated").GetBoolean().ShouldBeTrue();
        result.GetProperty("rowCount").GetInt32().ShouldBe(2);
        string.Join(
                ' ',
                result.GetProperty("columns").EnumerateArray().Select(c => c.GetProperty("type"))
            )
            .ShouldBe("integer number boolean date timestamp text integer json text number text");
        result
            .GetProperty("rows")[0]
            .GetRawText()
            .ShouldBe(
                """[1,0.25000000000000000000,false,"2030-01-31","2030-01-31T10:00:00Z","a\"b",null,{"a": [1]},"P1D","NaN","{1,2}"]"""
            );
    }

    [Fact]
    public async Task A_report_over_shared_tables_has_the_tenant_of_its_caller_which_nobody_chooses()
    {
        Save(
            "mine.sql",
            "-- title: Mine\nselect :tenant as tenant, name from jobs_reports.tenants where id = :tenant"
        );

        (await RunAsync("mine")).GetProperty("rows")[0][0].GetInt32().ShouldBe(KindServices.Tenant);
        (await ErrorAsync("mine", """{"tenant":1}""")).Code.ShouldBe(ErrorCodes.InvalidItem);
    }

    [Fact]
    public async Task A_report_for_some_tenants_is_not_there_for_others()
    {
        var name = await Database.ScalarAsync<string>(
            "select name from jobs.tenants where id = 2",
            Token
        );
        Write("theirs", "select 1", "tenants: somebody-else");
        Write("ours", "select 1", $"tenants: somebody-else, {name}");

        (await ErrorAsync("theirs")).Code.ShouldBe(ReportErrors.UnknownReport);
        (await RunAsync("ours")).GetProperty("rowCount").GetInt32().ShouldBe(1);
        (
            await Services
                .Get<ReportRunner>()
                .AllowedAsync(2, Services.Get<ReportCatalog>().All, Token)
        )
            .Select(r => r.Name)
            .ShouldBe(["ours"]);
    }

    [Fact]
    public async Task Reports_are_read_again_when_told_and_broken_files_say_why()
    {
        Write("one", "select 1");
        var catalog = Services.Get<ReportCatalog>();
        catalog.All.ShouldHaveSingleItem();
        Write("two", "select 2");
        Save("broken.sql", "select 3");
        Save("nowhere.sql", "-- title: A\n-- source: nowhere\nselect 3");

        catalog.Reload();

        catalog.All.Select(r => r.Name).Order(StringComparer.Ordinal).ShouldBe(["one", "two"]);
        catalog.Faults.Keys.Order(StringComparer.Ordinal).ShouldBe(["broken", "nowhere"]);
        (await ErrorAsync("broken")).Code.ShouldBe(ReportErrors.UnknownReport);
    }

    [Fact]
    public async Task The_reports_that_come_with_it_run()
    {
        await using var shipped = new KindServices(
            Database,
            ("Jobs:Reports:Folder", Path.Combine(Docs.Documentation.Root, "reports"))
        );
        var catalog = shipped.Get<ReportCatalog>();

        catalog.Faults.ShouldBeEmpty();
        catalog.All.Count.ShouldBeGreaterThan(1);
        foreach (var report in catalog.All)
        {
            var result = await shipped.Get<ReportRunner>().RunAsync(2, report, null, Token);
            result.Columns.Count.ShouldBeGreaterThan(1);
        }
    }
}
