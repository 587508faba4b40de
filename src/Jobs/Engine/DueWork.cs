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
        while (!cancellationToken.IsCancellationRequested)
        {
            var pause = options.Value.PollInterval;
            try
            {
                var chunk = await PromoteAsync(cancellationToken);
                var schedule = await schedules.FireDueAsync(cancellationToken);
                var batch = await batches.FollowAsync(cancellationToken);
                pause = Min(pause, Min(batch, Min(chunk, schedule)));
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // Whatever it was: retries of all batches wait for this loop, and nobody would start it again.
                log.DueWorkFailed(e);
                pause = TimeSpan.FromSeconds(1);
            }
            Task wait = signal.Due.WaitAsync(
                pause < Shortest ? Shortest : pause,
                cancellationToken
            );
            await wait.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private async Task<TimeSpan> PromoteAsync(CancellationToken cancellationToken)
    {
        await using var command = database.Engine.CreateCommand(LeaseStatements.Promote);
        command.Parameters.Add(
            new() { Value = batchOptions.Value.ChunkStep.Ticks / TimeSpan.TicksPerMicrosecond }
        );
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
