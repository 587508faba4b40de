using Jobs.Batches;
using Jobs.Testing;
using Jobs.Tests.Engine;
using Npgsql;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Batches;

/// <summary>Small submissions that come at the same time are written together.</summary>
public sealed class SharedCommitTests : EngineTest
{
    private const string Waiting =
        "select count(*) from pg_locks where not granted and relation = 'jobs.batches'::regclass";

    [Fact]
    public async Task Submissions_that_come_while_others_are_written_share_a_commit()
    {
        var host = await StartIdleAsync();

        await TogetherAsync(() =>
            Enumerable.Range(0, 60).Select(n => host.SubmitAsync(1 + n % 3, Stop)).ToList()
        );

        (await Database.ScalarAsync<long>("select count(*) from jobs.batches", Stop)).ShouldBe(60);
        (
            await Database.ScalarAsync<long>(
                "select count(distinct xmin::text) from jobs.batches",
                Stop
            )
        ).ShouldBeLessThanOrEqualTo(4);
        (
            await Database.ScalarAsync<long>(
                """
                select count(*)
                from jobs.batches b
                join jobs.chunks c on c.batch_id = b.id and c.count = b.total and c.tenant_id = b.tenant_id
                join jobs.item_pages p on p.batch_id = b.id and p.count = b.total
                """,
                Stop
            )
        ).ShouldBe(60);
    }

    [Fact]
    public async Task One_that_is_refused_does_not_take_the_others_with_it()
    {
        var host = await StartIdleAsync();
        var bad = host.Draft() with
        {
            Metadata = new Dictionary<string, string>(StringComparer.Ordinal) { ["a"] = "\0" },
        };

        var submissions = await TogetherAsync(() =>
            Enumerable
                .Range(0, 20)
                .Select(n => host.SubmitAsync(1, Stop, n == 13 ? bad : null))
                .ToList()
        );

        var refused = submissions.Single(s => s.IsFaulted);
        refused.ShouldBe(submissions[13]);
        (await Should.ThrowAsync<PostgresException>(() => refused)).SqlState.ShouldBe("22P05");
        (await Database.ScalarAsync<long>("select count(*) from jobs.batches", Stop)).ShouldBe(19);
        (await Database.ScalarAsync<long>("select count(*) from jobs.chunks", Stop)).ShouldBe(19);
    }

    [Fact]
    public async Task Each_can_have_a_commit_of_its_own()
    {
        var host = await StartIdleAsync(new() { Batches = o => o.SharedCommits = false });

        await TogetherAsync(
            () => Enumerable.Range(0, 8).Select(_ => host.SubmitAsync(1, Stop)).ToList(),
            writers: 8
        );

        (
            await Database.ScalarAsync<long>(
                "select count(distinct xmin::text) from jobs.batches",
                Stop
            )
        ).ShouldBe(8);
    }

    // Nothing can be written until as many are at it as can be at once.
    private async Task<List<Task<BatchStatus>>> TogetherAsync(
        Func<List<Task<BatchStatus>>> submit,
        int writers = 1
    )
    {
        await using var connection = await Database.DataSource.Engine.OpenConnectionAsync(Stop);
        await using var transaction = await connection.BeginTransactionAsync(Stop);
        await using var shut = new NpgsqlCommand(
            "lock table jobs.batches in exclusive mode",
            connection,
            transaction
        );
        await shut.ExecuteNonQueryAsync(Stop);
        var submissions = submit();
        while (await Database.ScalarAsync<long>(Waiting, Stop) < writers)
        {
            Stop.ThrowIfCancellationRequested();
        }
        await transaction.CommitAsync(Stop);
        await ((Task)Task.WhenAll(submissions)).ConfigureAwait(
            ConfigureAwaitOptions.SuppressThrowing
        );
        return submissions;
    }
}
