namespace Jobs.Engine;

/// <summary>What came of <see cref="ChunkRunner.RunAsync"/>.</summary>
internal enum ChunkRun
{
    /// <summary>It was leased, executed as far as it went, and what became of it is written.</summary>
    Settled,

    /// <summary>It was leased and the lease was lost: what became of it counts for nothing.</summary>
    Lost,

    /// <summary>There is no such chunk any more.</summary>
    Gone,

    /// <summary>It is leased, held, or its time has not come.</summary>
    NotReady,

    /// <summary>A limit of its kind or its tenant is reached, or its priority is paused.</summary>
    Limited,

    /// <summary>This process does not serve its kind.</summary>
    Unserved,

    /// <summary>This process stops.</summary>
    Stopping,
}
