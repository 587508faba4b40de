using System.Collections.Frozen;

namespace Jobs.Batches;

/// <summary>
/// Which state of a batch may follow which: the table of <c>docs/state-machine.md</c>. The database refuses every other
/// move by the trigger <c>batches_moves</c>, whose function <c>jobs.may_move</c> has the same table.
/// </summary>
public static class BatchTransitions
{
    private static readonly FrozenDictionary<BatchState, BatchState[]> Next = new Dictionary<
        BatchState,
        BatchState[]
    >
    {
        [BatchState.Queued] =
        [
            BatchState.Running,
            BatchState.Paused,
            BatchState.Cancelling,
            BatchState.Completed,
            BatchState.Cancelled,
            BatchState.Expired,
        ],
        [BatchState.Running] =
        [
            BatchState.Paused,
            BatchState.Cancelling,
            BatchState.Completed,
            BatchState.Cancelled,
            BatchState.Expired,
        ],
        [BatchState.Paused] =
        [
            BatchState.Queued,
            BatchState.Running,
            BatchState.Cancelling,
            BatchState.Completed,
            BatchState.Cancelled,
            BatchState.Expired,
        ],
        [BatchState.Cancelling] = [BatchState.Cancelled, BatchState.Expired],
        [BatchState.Completed] = [BatchState.Running],
        [BatchState.Cancelled] = [BatchState.Running],
        [BatchState.Expired] = [BatchState.Running],
    }.ToFrozenDictionary();

    /// <summary>Whether a batch may go from one state to the other.</summary>
    public static bool Allows(BatchState from, BatchState to) => Next[from].Contains(to);
}
