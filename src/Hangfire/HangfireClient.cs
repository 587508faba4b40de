using System.Globalization;
using System.Reflection;
using Hangfire;
using Hangfire.Common;
using Hangfire.States;

namespace Jobs.HangfireEngine;

/// <summary>Makes Hangfire's jobs. Thread-safe; blocks.</summary>
internal sealed class HangfireClient(HangfireStorage storage, TimeProvider time)
{
    private static readonly MethodInfo Run = typeof(ChunkJob).GetMethod(nameof(ChunkJob.RunAsync))!;

    private static readonly MethodInfo Fire = typeof(ScheduleJob).GetMethod(
        nameof(ScheduleJob.FireAsync)
    )!;

    private readonly BackgroundJobClient jobs = new(storage.Storage, Filters);

    /// <summary>
    /// Those of the jobs themselves and the statistics of the dashboard. Hangfire's own defaults would also retry what
    /// fails and write two parameters with every job.
    /// </summary>
    public static IJobFilterProvider Filters { get; } =
        new JobFilterProviderCollection(
            new JobFilterCollection { new StatisticsHistoryAttribute() },
            new JobFilterAttributeFilterProvider()
        );

    /// <summary>Makes the job of a chunk; returns its id.</summary>
    public long Make(Dispatch dispatch)
    {
        var queue = HangfireQueues.Of(dispatch.Priority);
        var job = new Job(
            typeof(ChunkJob),
            Run,
            [dispatch.Chunk.BatchId, dispatch.Chunk.Id, dispatch.Kind, CancellationToken.None],
            queue
        );
        IState state = dispatch.Delay is { } delay
            ? new ScheduledState((time.GetUtcNow() + delay).UtcDateTime)
            : new EnqueuedState(queue);
        var id = jobs.Create(
            job,
            state,
            new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["Batch"] = dispatch.Chunk.BatchId.ToString(),
                // One and not four: each is a row.
                ["Chunk"] = string.Create(
                    CultureInfo.InvariantCulture,
                    $"page {dispatch.Page}, {dispatch.Items} items, attempt {dispatch.Attempt}"
                ),
            }
        );
        return long.Parse(id, CultureInfo.InvariantCulture);
    }

    public static Job Tick(string schedule) =>
        new(typeof(ScheduleJob), Fire, [schedule, CancellationToken.None], HangfireQueues.Ticks);
}
