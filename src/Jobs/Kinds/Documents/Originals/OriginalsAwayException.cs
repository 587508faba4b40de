namespace Jobs.Kinds.Documents;

/// <summary>The object store that keeps originals does not answer, or refuses; the same may succeed later.</summary>
public sealed class OriginalsAwayException(string message, Exception? inner = null)
    : Exception(message, inner);
