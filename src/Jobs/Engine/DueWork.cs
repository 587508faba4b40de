using Jobs.Batches;
using Jobs.Database;
using Jobs.Recurring;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Jobs.Engine;

/// <summary>What happens at a time: scheduled chunks become ready, batches expire or are released, schedules fire.</summary>
internal sealed class DueWork(
    JobsDataSource database,
    DueSchedules schedules,
    DueBatches batches,
    WorkSignal signal,
    IOptions<EngineOptions> options,
    IOptions<BatchOptions> batchOptions,
    ILogger<DueWork> log
)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(10);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Func<CancellationToken, Task<TimeSpan>>[] parts =
        [
            PromoteAsync,
            batches.FollowAsync,
            schedules.FireDueAsync,
        ];
        while (!cancellationToken.IsCancellationRequested)
        {
            var pause = options.Value.PollInterval;
            foreach (var part in parts)
            {
                pause = Min(pause, await DoAsync(part, cancellationToken));
            }
            Task wait = signal.Due.WaitAsync(
                pause < Shortest ? Shortest : pause,
                cancellationToken
            );
            await wait.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // What keeps failing in one part must not stop the others: retries of all batches wait for this loop.
    private async Task<TimeSpan> DoAsync(
        Func<CancellationToken, Task<TimeSpan>> part,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await part(cancellationToken);
        }
        catch (Exception e)
        {
            if (!cancellationToken.IsCancellationRequested)
            {
                log.DueWorkFailed(e);
            }
            return TimeSpan.FromSeconds(1);
        }
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private async Task<TimeSpan> PromoteAsync(CancellationToken cancellationToken)
    {
        await using var command = database.Engine.CreateCommand(LeaseStatements.Promote);
        command.Parameters.Add(new() { Value = batchOptions.Value.RankStep });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var promoted = reader.GetInt32(0);
        if (promoted > 0)
        {
            signal.Announce(scheduled: false);
        }
        if (promoted == LeaseStatements.PromotedAtOnce)
        {
            return TimeSpan.Zero;
        }
        return reader.IsDBNull(1)
            ? TimeSpan.MaxValue
            : TimeSpan.FromSeconds(Math.Max(0, reader.GetDouble(1)));
    }
}
