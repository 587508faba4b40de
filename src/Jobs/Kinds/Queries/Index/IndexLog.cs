using Microsoft.Extensions.Logging;

namespace Jobs.Kinds.Queries.Index;

internal static partial class IndexLog
{
    [LoggerMessage(
        Level = LogLevel.Debug,
        Message = "Merged {Segments} segments of tenant {Tenant} into one of {Documents} documents, {Passages} passages"
    )]
    public static partial void Merged(
        ILogger logger,
        int tenant,
        int segments,
        int documents,
        int passages
    );

    [LoggerMessage(
        Level = LogLevel.Debug,
        Message = "Wrote what was deleted into {Segments} segments of tenant {Tenant}"
    )]
    public static partial void Folded(ILogger logger, int tenant, int segments);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "A merge of tenant {Tenant}'s segments gave way to the deletion of documents; it is tried again"
    )]
    public static partial void MergeGaveWay(ILogger logger, int tenant);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The segments of tenant {Tenant} could not be merged; cleanup tries again"
    )]
    public static partial void NotMerged(ILogger logger, Exception exception, int tenant);
}
