using Microsoft.Extensions.Logging;

namespace Jobs.Kinds.Documents;

internal static partial class DocumentLog
{
    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The original {Blob} of a broken upload could not be deleted; cleanup will"
    )]
    public static partial void OriginalLeft(ILogger logger, Exception exception, Guid blob);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Document {Document} of tenant {Tenant} failed: {Code}"
    )]
    public static partial void Failed(ILogger logger, Guid document, int tenant, string code);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Document {Document} failed, and that could not be written down; cleanup will"
    )]
    public static partial void FailureNotStored(ILogger logger, Exception exception, Guid document);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The upload of original {Blob} in parts could not be aborted; the bucket's own rules will"
    )]
    public static partial void UploadLeft(ILogger logger, Exception exception, Guid blob);
}
