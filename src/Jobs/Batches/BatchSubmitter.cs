using Jobs.Database;
using Jobs.Engine;
using Jobs.Features;
using Microsoft.Extensions.Options;

namespace Jobs.Batches;

/// <summary>Takes batches in. Thread-safe.</summary>
public sealed class BatchSubmitter : IDisposable
{
    private readonly JobsDataSource database;
    private readonly IOptions<BatchOptions> options;
    private readonly WorkSignal signal;
    private readonly FeatureSwitches features;
    private readonly TimeProvider time;
    private readonly SubmitQueue queue;

    public BatchSubmitter(
        JobsDataSource database,
        IOptions<BatchOptions> options,
        WorkSignal signal,
        DirectLeases direct,
        FeatureSwitches features,
        TimeProvider time
    )
    {
        (this.database, this.options, this.signal, this.time) = (database, options, signal, time);
        this.features = features;
        queue = new SubmitQueue(database, options, direct);
    }

    // Each holds a connection of a small pool for as long as its caller takes.
    private readonly SemaphoreSlim streams = new(MostStreams, MostStreams);

    /// <summary>Submissions of this process that stream into the database at once.</summary>
    public const int MostStreams = 4;

    public void Dispose() => streams.Dispose();

    /// <summary>Begins a submission; dispose it whether it was committed or not.</summary>
    /// <param name="fieldName">What errors call the list of items, such as <c>items</c> or <c>queries</c>.</param>
    /// <exception cref="FeatureDisabledException">The kind is switched off.</exception>
    public BatchSubmission Begin(BatchDraft draft, string fieldName = "items")
    {
        if (!features.IsKindOn(draft.Kind.Name))
        {
            throw new FeatureDisabledException(FeatureNames.OfKind(draft.Kind.Name));
        }
        // PostgreSQL keeps microseconds: the answer to a submission says what later reads will say.
        var now = time.GetUtcNow();
        now = new DateTimeOffset(
            now.Ticks - (now.Ticks % TimeSpan.TicksPerMicrosecond),
            TimeSpan.Zero
        );
        return new(
            Guid.CreateVersion7(now),
            draft,
            options.Value,
            new SubmitWriter(database, options.Value, queue, streams),
            signal,
            now,
            fieldName
        );
    }
}
