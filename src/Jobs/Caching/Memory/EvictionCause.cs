namespace Jobs.Caching.Memory;

/// <summary>Why an entry left the memory of this process.</summary>
internal enum EvictionCause
{
    /// <summary>There were as many as there may be.</summary>
    Entries,

    /// <summary>They took as many bytes as they may.</summary>
    Bytes,
    Expired,

    /// <summary>Somebody removed it, here or on another node.</summary>
    Removed,

    /// <summary>Another value took its place.</summary>
    Replaced,

    /// <summary>What was removed meanwhile is not known: everything goes.</summary>
    Flushed,
}
