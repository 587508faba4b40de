namespace Jobs.Engine;

/// <summary>What the deaths of workers over a chunk say of its items.</summary>
internal enum Suspicion
{
    None,

    /// <summary>One of several items may be to blame: its halves are tried apart.</summary>
    Shared,

    /// <summary>
    /// It may be this item, or one that the same workers held: it is executed with nothing beside it, so that a death
    /// says which.
    /// </summary>
    Alone,

    /// <summary>As many workers died over the item alone as before over it and others.</summary>
    Proven,
}

internal static class SuspicionExtensions
{
    public static Suspicion SuspicionAt(this LeasedChunk chunk, int maxDeliveries) =>
        chunk.Deaths < maxDeliveries ? Suspicion.None
        : chunk.Items.Count > 1 ? Suspicion.Shared
        : chunk.Deaths < 2 * maxDeliveries ? Suspicion.Alone
        : Suspicion.Proven;
}
