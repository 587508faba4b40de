using Jobs.Recurring;

namespace Jobs.Engine;

/// <summary>Leases many chunks in a round trip, woken by notices; what is due is looked up in the tables.</summary>
internal sealed class NativeDispatcher(LeaseLoop leasing, DueChunks chunks, DueSchedules schedules)
    : IDispatcher
{
    public IReadOnlyList<Func<CancellationToken, Task<TimeSpan>>> Due { get; } =
    [chunks.PromoteAsync, schedules.FireDueAsync];

    public Task RunAsync(Func<Guid> worker, CancellationToken stopping, CancellationToken giveUp) =>
        leasing.RunAsync(worker, stopping, giveUp);
}
