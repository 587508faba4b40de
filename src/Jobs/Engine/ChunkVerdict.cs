namespace Jobs.Engine;

/// <summary>Whether a worker may have a certain chunk, as <see cref="LeaseByIdStatement"/> says it.</summary>
internal enum ChunkVerdict
{
    /// <summary>It is the worker's now, unless somebody else took it in the same moment.</summary>
    Free = 0,

    /// <summary>It is scheduled, and its time has come.</summary>
    Due = 1,

    /// <summary>It is scheduled for later, held, or leased.</summary>
    NotReady = 2,

    /// <summary>The worker is not registered.</summary>
    Unregistered = 3,

    /// <summary>The worker does not serve its kind.</summary>
    Unserved = 4,

    /// <summary>Its priority is paused.</summary>
    Paused = 5,

    /// <summary>There are limits over all workers: one lease at a time.</summary>
    Exclusive = 6,

    /// <summary>The limit of its kind or its tenant over all workers is reached.</summary>
    Limited = 7,

    /// <summary>The worker has as many of its kind as it may.</summary>
    Busy = 8,

    /// <summary>It is to be executed with nothing beside it.</summary>
    Alone = 9,
}
