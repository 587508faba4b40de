using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Jobs.Engine;

/// <summary>What happens at a time: scheduled chunks become ready, batches expire or are released, schedules fire.</summary>
internal sealed class DueWork(
    IDispatcher dispatcher,
    DueBatches batches,
    WorkSignal signal,
    IOptions<EngineOptions> options,
    ILogger<DueWork> log
)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(10);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Func<CancellationToken, Task<TimeSpan>>[] parts = [batches.FollowAsync, .. dispatcher.Due];
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
}
