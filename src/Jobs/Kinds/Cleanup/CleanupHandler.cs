using Jobs.Kinds.Queries.Index;
using Jobs.Monitoring.Samples;
using Microsoft.Extensions.Logging;

namespace Jobs.Kinds.Cleanup;

/// <summary>
/// Removes what has expired, for all tenants, in steps that each touch at most <see cref="StepRows"/> rows. What one
/// run leaves, because it was cancelled or a lock was held, the next one does.
/// </summary>
internal sealed class CleanupHandler(
    CacheCleanup cache,
    BatchCleanup batches,
    PartitionCleanup partitions,
    OriginalCleanup originals,
    IdempotencyCleanup idempotency,
    IndexCleanup index,
    SampleRollup samples,
    AuditCleanup audit,
    NotificationCleanup notifications,
    RateLimitCleanup limits,
    ILogger<CleanupHandler> log
) : IItemHandler
{
    /// <summary>Most rows that one statement touches: it holds its locks for milliseconds.</summary>
    public const int StepRows = 1000;

    public async ValueTask<ItemOutcome> HandleAsync(Item item, CancellationToken cancellationToken)
    {
        var targets = item.Read(CleanupJson.Default.CleanupPayload).Targets ?? CleanupTargets.All;
        if (Unknown(targets) is [var error, ..])
        {
            return ItemOutcome.Failure(ErrorCodes.InvalidItem, $"{error.Field} {error.Message}");
        }
        var result = new CleanupResult();
        if (targets.Contains(CleanupTargets.Cache, StringComparer.Ordinal))
        {
            await cache.PurgeAsync(result, cancellationToken);
        }
        if (targets.Contains(CleanupTargets.Batches, StringComparer.Ordinal))
        {
            await partitions.DropAsync(result, cancellationToken);
            await batches.PurgeAsync(result, cancellationToken);
        }
        if (targets.Contains(CleanupTargets.Originals, StringComparer.Ordinal))
        {
            await originals.SweepAsync(result, cancellationToken);
        }
        if (targets.Contains(CleanupTargets.Idempotency, StringComparer.Ordinal))
        {
            result.IdempotencyKeys = await idempotency.PurgeAsync(cancellationToken);
        }
        if (targets.Contains(CleanupTargets.Search, StringComparer.Ordinal))
        {
            result.Indexed = await index.CatchUpAsync(cancellationToken);
            result.Segments = await index.MergeAsync(cancellationToken);
            result.Asked = await index.PurgeAskedAsync(cancellationToken);
        }
        if (targets.Contains(CleanupTargets.Audit, StringComparer.Ordinal))
        {
            result.AuditEntries = await audit.PruneAsync(cancellationToken);
        }
        if (targets.Contains(CleanupTargets.Notifications, StringComparer.Ordinal))
        {
            result.Notifications = await notifications.PruneAsync(cancellationToken);
        }
        if (targets.Contains(CleanupTargets.RateLimits, StringComparer.Ordinal))
        {
            result.RateLimits = await limits.PruneAsync(cancellationToken);
        }
        if (targets.Contains(CleanupTargets.Metrics, StringComparer.Ordinal))
        {
            (result.SamplesMade, result.SamplesDeleted) = await samples.RunAsync(cancellationToken);
        }
        CleanupLog.Done(log, result);
        return ItemOutcome.Success(result, CleanupJson.Default.CleanupResult);
    }

    public IReadOnlyList<FieldError> Validate(ReadOnlyMemory<byte> payload) =>
        Item.TryRead(payload, CleanupJson.Default.CleanupPayload, out var cleanup, out var error)
            ? Unknown(cleanup!.Targets ?? CleanupTargets.All)
            : [error];

    private static List<FieldError> Unknown(IReadOnlyList<string> targets) =>
        [
            .. targets
                .Index()
                .Where(t => !CleanupTargets.All.Contains(t.Item, StringComparer.Ordinal))
                .Select(t => new FieldError(
                    $"targets[{t.Index}]",
                    $"must be one of {string.Join(", ", CleanupTargets.All)}"
                )),
        ];
}
