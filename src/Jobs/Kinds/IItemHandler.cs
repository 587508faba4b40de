namespace Jobs.Kinds;

/// <summary>
/// Does the items of one kind. One instance per process serves every item, many at once, so it must be thread-safe.
/// An item may be executed again after a crash: do its effects so that doing them twice is harmless.
/// </summary>
public interface IItemHandler
{
    /// <summary>
    /// Executes one item. A thrown <see cref="ItemException"/> says itself whether another attempt is worth it;
    /// any other exception counts as transient and is tried again up to the batch's <c>maxAttempts</c>.
    /// </summary>
    /// <param name="item">The item; its payload is valid only until the returned task ends.</param>
    /// <param name="cancellationToken">Ends with the item's timeout, its batch's cancellation, or the worker's grace time.</param>
    ValueTask<ItemOutcome> HandleAsync(Item item, CancellationToken cancellationToken);

    /// <summary>
    /// What is wrong with a payload, cheaply and without touching anything outside it. Empty when nothing is.
    /// A submission with <c>validate: strict</c> is refused by these; otherwise the item fails when it is executed.
    /// </summary>
    IReadOnlyList<FieldError> Validate(ReadOnlyMemory<byte> payload) => [];
}

/// <summary>A rule that a value breaks. <paramref name="Field"/> is its path below the item, such as <c>q</c>.</summary>
public readonly record struct FieldError(string Field, string Message);
