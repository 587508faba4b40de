using System.Text.Json;
using Jobs.Kinds;
using Jobs.Kinds.Documents;
using Jobs.Testing;
using Jobs.Testing.Documents;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Kinds.Documents;

/// <summary>What was read before is not read again, and the outcome says so.</summary>
public sealed class ReuseTests(TestDatabase database)
    : IClassFixture<TestDatabase>,
        IAsyncDisposable
{
    private readonly KindServices services = new(database);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_uploads_of_the_same_bytes_at_once_are_read_once()
    {
        var (first, second) = await UploadAtOnceAsync("a.docx", "b.docx", OfficeFiles.Word);

        var read = await services.RunAsync("document", first.Payload);
        var reused = await services.RunAsync("document", second.Payload);

        Reused(read).ShouldBeFalse();
        Reused(reused).ShouldBeTrue();
        JsonDocument
            .Parse(reused.Result)
            .RootElement.GetProperty("title")
            .GetString()
            .ShouldBe("The keeper's book");
        foreach (var table in new[] { "passages", "document_texts" })
        {
            (
                await services.ScalarAsync(
                    $"select (select count(*) from jobs.{table} where document_id = $1) = (select count(*) from jobs.{table} where document_id = $2)",
                    first.DocumentId!,
                    second.DocumentId!
                )
            ).ShouldBe(true);
        }
        // Each is whole: the one goes on when the other is deleted.
        await services
            .Get<DocumentReader>()
            .DeleteAsync(KindServices.Tenant, first.DocumentId!.Value, Token);
        (
            await services.ScalarAsync(
                "select count(*) from jobs.passages where document_id = $1",
                second.DocumentId!
            )
        ).ShouldBe(1L);
    }

    [Fact]
    public async Task Bytes_that_another_name_makes_another_thing_are_read_again()
    {
        var (first, second) = await UploadAtOnceAsync(
            "table.csv",
            "table.txt",
            "a;b\n1;2\n"u8.ToArray()
        );

        await services.RunAsync("document", first.Payload);
        Reused(await services.RunAsync("document", second.Payload)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_document_whose_outcome_was_lost_is_not_read_twice()
    {
        var verdict = await services.UploadAsync("once.txt", "read me once");

        Reused(await services.RunAsync("document", verdict.Payload)).ShouldBeFalse();
        Reused(await services.RunAsync("document", verdict.Payload)).ShouldBeTrue();
    }

    private static bool Reused(ItemOutcome outcome) =>
        JsonDocument.Parse(outcome.Result).RootElement.GetProperty("reused").GetBoolean();

    // Neither knows of the other when it is looked at.
    private async Task<(FileVerdict, FileVerdict)> UploadAtOnceAsync(
        string one,
        string two,
        byte[] bytes
    )
    {
        var intake = services.Get<DocumentIntake>();
        await using var first = intake.Begin(KindServices.Tenant, []);
        await using var second = intake.Begin(KindServices.Tenant, []);
        var verdicts = (
            await first.ReceiveAsync(one, new MemoryStream(bytes), Token),
            await second.ReceiveAsync(two, new MemoryStream(bytes), Token)
        );
        foreach (var upload in new[] { first, second })
        {
            var batch = await services.AddBatchAsync();
            await using var connection = await database.DataSource.Requests.OpenConnectionAsync(
                Token
            );
            await using var transaction = await connection.BeginTransactionAsync(Token);
            await upload.InsertAsync(connection, transaction, batch, Token);
            await transaction.CommitAsync(Token);
        }
        return verdicts;
    }

    public ValueTask DisposeAsync() => services.DisposeAsync();
}
