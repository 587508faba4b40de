namespace Jobs.Kinds.Documents;

/// <summary>A stream had more bytes than it may have; nothing of it is kept.</summary>
public sealed class OriginalTooLargeException(long maxBytes)
    : Exception($"The file is longer than {maxBytes} bytes.")
{
    public long MaxBytes { get; } = maxBytes;
}
