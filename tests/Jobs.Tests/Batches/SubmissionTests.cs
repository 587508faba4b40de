using System.Globalization;
using System.Text;
using Jobs.Batches;
using Jobs.Kinds;
using Jobs.Testing;
using Jobs.Tests.Engine;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Batches;

/// <summary>What is taken in, how it is laid out, and that what is refused leaves nothing.</summary>
public sealed class SubmissionTests : EngineTest
{
    [Fact]
    public async Task Items_share_pages_of_up_to_500()
    {
        var host = await StartIdleAsync();

        await host.SubmitAsync(1_201, Stop);

        (
            await Database.ScalarAsync<string>(
                "select string_agg(format('%s:%s+%s', page, first, count), ' ' order by page) from jobs.item_pages",
                Stop
            )
        ).ShouldBe("0:0+500 1:500+500 2:1000+201");
        (
            await Database.ScalarAsync<string>(
                "select string_agg(format('%s:%s %s', page, count, state), ', ' order by rank) from jobs.chunks",
                Stop
            )
        ).ShouldBe("0:500 ready, 1:500 ready, 2:201 ready");
    }

    [Fact]
    public async Task A_page_has_at_most_256_KB()
    {
        var host = await StartIdleAsync();

        await host.SubmitAsync(Enumerable.Repeat(Large(100_000), 5), Stop);
        var largest = BatchLimits.PageBytes;
        await host.SubmitAsync([Large(largest), Large(largest)], Stop);

        (
            await Database.ScalarAsync<string>(
                """
                select string_agg(count::text, ' ' order by batch_id, page) || ', ' || bool_and(octet_length(items) <= 262144)
                from jobs.item_pages
                """,
                Stop
            )
        ).ShouldBe("2 2 1 1 1, true");
    }

    [Fact]
    public async Task A_batch_of_many_megabytes_streams_in_and_is_executed_whole()
    {
        var host = await StartAsync(
            Handling(item =>
                ItemOutcome.SuccessJson(
                    Encoding.ASCII.GetBytes(
                        item.Payload.Length.ToString(CultureInfo.InvariantCulture)
                    )
                )
            )
        );
        await using var batch = host.Get<BatchSubmitter>().Begin(host.Draft());
        for (var i = 0; i < 70; i++)
        {
            await batch.AddAsync(Encoding.ASCII.GetBytes(Large(100_000 + i)), Stop);
        }
        // A copy is under way, and nobody sees anything of it.
        (
            await Database.ScalarAsync<long>(
                "select count(*) from pg_stat_progress_copy where datname = current_database()",
                Stop
            )
        ).ShouldBe(1);
        (await Database.RowsAsync(Stop)).ShouldStartWith("batches 0, pages 0");
        await batch.CommitAsync(null, Stop);

        var ended = await host.WaitForEndAsync(batch.Id, Stop);
        ended.Counts.Succeeded.ShouldBe(70);
        (await host.ItemsAsync(batch.Id, Stop))
            .Select(i => Encoding.ASCII.GetString(i.Result.Span))
            .ShouldBe(
                Enumerable.Range(100_000, 70).Select(n => n.ToString(CultureInfo.InvariantCulture))
            );
    }

    [Fact]
    public async Task A_batch_in_a_callers_transaction_exists_if_and_only_if_that_commits()
    {
        var host = await StartAsync();
        await using var connection = await Database.DataSource.Requests.OpenConnectionAsync(Stop);
        Guid kept;

        await using (var transaction = await connection.BeginTransactionAsync(Stop))
        {
            await using var batch = host.Get<BatchSubmitter>().Begin(host.Draft());
            await batch.AddAsync("{}"u8.ToArray(), Stop);
            await batch.WriteAsync(connection, transaction, Stop);
            await transaction.RollbackAsync(Stop);
        }
        (await Database.RowsAsync(Stop)).ShouldStartWith(
            "batches 0, pages 0, chunks 0, outcomes 0"
        );
        await using (var transaction = await connection.BeginTransactionAsync(Stop))
        {
            await using var batch = host.Get<BatchSubmitter>().Begin(host.Draft());
            await batch.AddAsync("{}"u8.ToArray(), Stop);
            await batch.WriteAsync(connection, transaction, Stop);
            (
                await host.Get<BatchReader>().GetAsync(EngineHost.Tenant, batch.Id, Stop)
            ).ShouldBeNull();
            await transaction.CommitAsync(Stop);
            batch.Announce();
            kept = batch.Id;
        }

        (await host.WaitForEndAsync(kept, Stop)).Outcome.ShouldBe(BatchOutcome.Succeeded);
    }

    [Fact]
    public async Task What_is_written_alongside_is_there_if_and_only_if_the_batch_is()
    {
        var host = await StartIdleAsync();
        await using var batch = host.Get<BatchSubmitter>().Begin(host.Draft());
        await batch.AddAsync("{}"u8.ToArray(), Stop);

        await Should.ThrowAsync<InvalidOperationException>(
            batch.CommitAsync((_, _, _) => throw new InvalidOperationException("no"), Stop)
        );

        (await Database.RowsAsync(Stop)).ShouldStartWith("batches 0, pages 0, chunks 0");
    }

    [Fact]
    public async Task Custom_ids_come_back_with_the_outcomes_of_their_items()
    {
        var host = await StartAsync(
            Handling(item =>
                item.Index % 2 == 0 ? ItemOutcome.Success() : ItemOutcome.Failure("odd", "")
            ) with
            {
                Kind = kind => kind.ItemsPerPage = 4,
            }
        );
        string?[] ids =
        [
            null,
            "b",
            null,
            null,
            null,
            null,
            null,
            null,
            "ä😀",
            null,
            "k",
            "l",
            null,
        ];

        var batch = await host.SubmitAsync(
            ids.Select(id => id is null ? "{}" : $"{{\"customId\":\"{id}\"}}"),
            Stop
        );
        await host.WaitForEndAsync(batch.Id, Stop);

        (await host.ItemsAsync(batch.Id, Stop)).Select(i => i.CustomId).ShouldBe(ids);
    }

    [Fact]
    public async Task An_item_may_have_its_outcome_from_the_start()
    {
        var host = await StartAsync(Handling(_ => ItemOutcome.SuccessJson("\"done\""u8.ToArray())));
        await using var batch = host.Get<BatchSubmitter>().Begin(host.Draft());
        await batch.AddSettledAsync(
            "{}"u8.ToArray(),
            ItemOutcome.SuccessJson("\"there\""u8.ToArray()),
            Stop
        );
        await batch.AddAsync("{\"customId\":\"x\"}"u8.ToArray(), Stop);
        await batch.AddSettledAsync("{}"u8.ToArray(), ItemOutcome.Failure("bad", "no"), Stop);
        var submitted = await batch.CommitAsync(null, Stop);
        submitted.Counts.ShouldBe(new BatchCounts(3, 1, 0, 1, 1, 0));

        var ended = await host.WaitForEndAsync(batch.Id, Stop);

        ended.Counts.ShouldBe(new BatchCounts(3, 0, 0, 2, 1, 0));
        var items = await host.ItemsAsync(batch.Id, Stop);
        items
            .Select(i => Encoding.UTF8.GetString(i.Result.Span))
            .ShouldBe(["\"there\"", "\"done\"", ""]);
        items.Select(i => i.CustomId).ShouldBe([null, "x", null]);
        items.Select(i => i.Attempts).ShouldBe([0, 1, 0]);
    }

    [Fact]
    public async Task A_batch_whose_items_all_have_their_outcomes_has_ended_when_it_begins()
    {
        var host = await StartIdleAsync();
        await using var batch = host.Get<BatchSubmitter>().Begin(host.Draft());
        await batch.AddSettledAsync("{}"u8.ToArray(), ItemOutcome.Failure("bad", "no"), Stop);
        var submitted = await batch.CommitAsync(null, Stop);

        var read = await host.ReadAsync(batch.Id, Stop);

        submitted.State.ShouldBe(BatchState.Completed);
        submitted.Outcome.ShouldBe(BatchOutcome.Failed);
        read.State.ShouldBe(submitted.State);
        read.Counts.ShouldBe(submitted.Counts);
        read.Version.ShouldBe(submitted.Version);
        read.SubmittedAt.ShouldBe(submitted.SubmittedAt);
        read.FinishedAt.ShouldBe(submitted.FinishedAt);
        read.ExpiresAt.ShouldBe(submitted.ExpiresAt);
    }

    [Fact]
    public async Task Line_breaks_between_the_tokens_of_an_item_do_not_split_it()
    {
        var host = await StartAsync(Handling(item => ItemOutcome.SuccessJson(item.Payload)));

        var batch = await host.SubmitAsync(["{\r\n\"a\":\n1}", "{\"b\":\"x\\ny\"}"], Stop);
        await host.WaitForEndAsync(batch.Id, Stop);

        (await host.ItemsAsync(batch.Id, Stop))
            .Select(i => Encoding.UTF8.GetString(i.Result.Span))
            .ShouldBe(["{  \"a\": 1}", "{\"b\":\"x\\ny\"}"]);
    }

    private static string Large(int bytes) => $"{{\"a\":\"{new string('x', bytes - 8)}\"}}";
}
