using System.Globalization;
using System.Text;
using Jobs.Database;
using Jobs.Testing;
using Jobs.Web.Tests.Ui;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Playwright;
using Npgsql;

namespace Jobs.Web.Tests.EndToEnd;

/// <summary>
/// What the product is for, as a person does it: start it, sign in by the link, drop files, watch them, search in them
/// with a batch of queries, lose the process in the middle, start it again, and find nothing lost.
/// </summary>
public sealed class MainJobTests(BrowserFixture browser) : BrowserTest(browser)
{
    private const int Documents = 40;
    private const int Queries = 3_000;
    private const int QueriesPerPage = 500;

    [Fact]
    public async Task Nothing_is_lost_between_dropping_files_and_reading_results_when_the_process_is_killed()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(
            TestContext.Current.CancellationToken
        );
        limit.CancelAfter(TimeSpan.FromMinutes(3));
        var cancellationToken = limit.Token;
        using var folder = new TestFolder();
        var address = $"http://127.0.0.1:{HostProcess.FreePort()}";

        // One chunk after the other, so that the first is settled before any other, and as a whole: a part of it that
        // a slow machine settles beforehand would be all that the gate lets through.
        var service = HostProcess.Start(
            "Web",
            folder.Location,
            ("ASPNETCORE_URLS", address),
            ("Jobs__Engine__Slots", "1"),
            ("Jobs__Engine__ProgressInterval", "01:00:00")
        );
        try
        {
            var page = await OpenAsync();
            await page.GotoAsync(await service.SignInLinkAsync(cancellationToken));
            await Assertions
                .Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Batches", Exact = true }))
                .ToBeVisibleAsync();

            await DropAsync(page, Texts());
            await Assertions.Expect(page.Locator(".verdicts")).ToContainTextAsync("Accepted");
            await page.GetByRole(AriaRole.Link, new() { Name = "Watch the batch" }).ClickAsync();
            await Assertions
                .Expect(page.Locator("#progress .badge"))
                .ToHaveTextAsync("Succeeded", new() { Timeout = 60_000 });
            await ExpectAsync(page, "succeeded", Documents);

            var gate = await ShutAsync(folder.Location, cancellationToken);
            await page.GotoAsync(address);
            await page.GetByLabel("Queries, one a line")
                // Typed text of that length takes a browser many seconds.
                .EvaluateAsync(
                    "(area, text) => area.value = text",
                    string.Join('\n', Words(Queries))
                );
            await page.GetByRole(AriaRole.Button, new() { Name = "Submit queries" }).ClickAsync();
            await page.WaitForURLAsync("**/batches/*");
            var batch = page.Url;

            // In the middle: the first page is done, no other can be settled.
            await ExpectAsync(page, "succeeded", QueriesPerPage);
            await service.KillAsync(cancellationToken);
            await gate.DisposeAsync();
            service.Dispose();
            service = HostProcess.Start("Web", folder.Location, ("ASPNETCORE_URLS", address));
            await service.SignInLinkAsync(cancellationToken);

            // The cookie of before is good, the page that stayed open goes on by itself, and so does one that is loaded anew.
            await Assertions
                .Expect(page.Locator("#progress .badge"))
                .ToHaveTextAsync("Succeeded", new() { Timeout = 90_000 });
            await page.GotoAsync(batch);
            await ExpectAsync(page, "succeeded", Queries);
            await ExpectAsync(page, "failed", 0);
            await ExpectAsync(page, "pending", 0);
            await ExpectAsync(page, "running", 0);

            await page.GotoAsync($"{address}/search?q=lighthouse");
            await Assertions.Expect(page.Locator("mark").First).ToHaveTextAsync("lighthouse");
            await page.GotoAsync($"{address}/documents");
            await Assertions.Expect(page.GetByText($"text-{Documents - 1}.txt")).ToBeVisibleAsync();
        }
        catch (Exception)
        {
            TestContext.Current.SendDiagnosticMessage(service.Output);
            throw;
        }
        finally
        {
            service.Dispose();
        }
    }

    // Lets the outcomes of the first page of a batch through, and no others while the connection lives.
    private static async Task<NpgsqlConnection> ShutAsync(
        string folder,
        CancellationToken cancellationToken
    )
    {
        await using var server = await EmbeddedPostgres.StartAsync(
            new EmbeddedPostgresOptions { DataDirectory = folder },
            NullLogger.Instance,
            TimeProvider.System,
            cancellationToken
        );
        var connection = new NpgsqlConnection(server.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var shut = new NpgsqlCommand(
            """
            select pg_advisory_lock(4711);
            create function jobs.pass_gate() returns trigger language plpgsql as $$
            begin
                perform pg_advisory_xact_lock_shared(4711);
                return new;
            end $$;
            create trigger gate before insert on jobs.outcome_pages
                for each row when (new.page > 0) execute function jobs.pass_gate();
            """,
            connection
        );
        await shut.ExecuteNonQueryAsync(cancellationToken);
        return connection;
    }

    // As a browser does it when a person lets files go over the page.
    private static async Task DropAsync(IPage page, IEnumerable<(string Name, string Text)> files)
    {
        var transfer = await page.EvaluateHandleAsync(
            """
            files => {
              const transfer = new DataTransfer();
              for (const [name, text] of files) transfer.items.add(new File([text], name, { type: 'text/plain' }));
              return transfer;
            }
            """,
            files.Select(f => new[] { f.Name, f.Text }).ToArray()
        );
        await page.DispatchEventAsync("label.drop", "dragover", new { dataTransfer = transfer });
        await page.DispatchEventAsync("label.drop", "drop", new { dataTransfer = transfer });
    }

    private static Task ExpectAsync(IPage page, string value, int count) =>
        Assertions
            .Expect(page.Locator($"#progress [data-value={value}]"))
            .ToHaveTextAsync(count.ToString("N0", CultureInfo.GetCultureInfo("en-GB")));

    private static IEnumerable<(string, string)> Texts() =>
        Enumerable.Range(0, Documents).Select(i => ($"text-{i}.txt", Text(i)));

    private static string Text(int i) =>
        new StringBuilder($"Report {i} of the lighthouse keeper. ")
            .AppendJoin(' ', Words(600).Skip(i))
            .ToString();

    private static IEnumerable<string> Words(int count) =>
        Enumerable.Range(0, count).Select(i => $"word{i * 7 % 211}");
}
