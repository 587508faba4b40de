using Jobs.Batches;
using Jobs.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Batches;

/// <summary>The state machine of the program and that of the database are the same.</summary>
public sealed class BatchTransitionsTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const string Insert = """
        insert into jobs.batches (id, tenant_id, kind, priority, state, total, succeeded, max_attempts, item_timeout_ms, finished_at)
        values ($1, 2, 'work', 1, $2, 1, 1, 3, 1000, case when $3 then now() end)
        """;

    private const string Move =
        "update jobs.batches set state = $2, finished_at = case when $3 then now() end where id = $1";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<BatchState, BatchState> Pairs
    {
        get
        {
            var pairs = new TheoryData<BatchState, BatchState>();
            foreach (var from in Enum.GetValues<BatchState>())
            {
                foreach (var to in Enum.GetValues<BatchState>())
                {
                    pairs.Add(from, to);
                }
            }
            return pairs;
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task The_database_refuses_what_the_table_does_not_allow(
        BatchState from,
        BatchState to
    )
    {
        var id = Guid.CreateVersion7(TimeProvider.System.GetUtcNow());
        await database.ScalarAsync<int>(Insert, Stop, id, from.ToName(), from.IsEnded());

        var allowed = true;
        try
        {
            await database.ScalarAsync<int>(Move, Stop, id, to.ToName(), to.IsEnded());
        }
        catch (PostgresException e) when (e.ConstraintName == "batches_moves")
        {
            allowed = false;
        }

        // To stay is no move.
        allowed.ShouldBe(from == to || BatchTransitions.Allows(from, to));
    }
}
