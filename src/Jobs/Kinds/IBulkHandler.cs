namespace Jobs.Kinds;

/// <summary>
/// A handler that may be given many items of a batch at once, where that is cheaper than one by one. What it leaves
/// without an outcome, because it throws or its time is over, is executed one by one.
/// </summary>
public interface IBulkHandler : IItemHandler
{
    /// <summary>Most items that it is given at once.</summary>
    int MaxItems { get; }

    /// <summary>Executes items of one batch.</summary>
    /// <param name="items">The items; their payloads are valid only until the returned task ends.</param>
    /// <param name="done">
    /// To be called with the place of an item in the list and its outcome, once for each and as soon as it is there.
    /// From one thread at a time; after the returned task has ended it does nothing.
    /// </param>
    /// <param name="cancellationToken">
    /// Ends with the batch's cancellation or the worker's grace time, and when the items together have had the time of
    /// one. A limit for each of them is the handler's to keep.
    /// </param>
    ValueTask HandleAsync(
        IReadOnlyList<Item> items,
        Action<int, ItemOutcome> done,
        CancellationToken cancellationToken
    );
}
